// Only what `-o` needs of help and version, so that the rest of the package stays unloaded.
export { writeAbout } from 'bus-integration-database';

// How a manifest is written, and read again: loaded only where one is written.
export { manifestText, readManifest } from 'bus-integration-database/manifest';

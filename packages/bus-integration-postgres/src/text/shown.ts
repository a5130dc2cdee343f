// How names appear in sentences.
export { printable, shown } from 'bus-integration-database';

// The public face of bus-api-provider-database.
export type { AppOptions } from './app.ts';
export { createApp } from './app.ts';

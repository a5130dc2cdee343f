// The public face of bus-api-provider-database.
export type { App, AppOptions, Limits } from './app.ts';
export { createApp } from './app.ts';
export type { AuthSettings } from './auth-settings.ts';
export { readAuthSettings } from './auth-settings.ts';
export { createAuthenticate } from './authenticate.ts';
export type { Deployment, Deployments } from './deployments.ts';
export { deploymentFromEnvironment, deploymentsFromFolder } from './deployments.ts';
export { openApiDocument } from './openapi.ts';
export { createProviders } from './providers.ts';

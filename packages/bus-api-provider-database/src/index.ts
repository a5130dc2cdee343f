// The public face of bus-api-provider-database.

export type { AuthSettings } from './auth/auth-settings.ts';
export { readAuthSettings } from './auth/auth-settings.ts';
export { createAuthenticate } from './auth/authenticate.ts';
export type { Deployment, Deployments } from './deployments/deployments.ts';
export { deploymentFromEnvironment, deploymentsFromFolder } from './deployments/deployments.ts';
export { createProviders } from './deployments/providers.ts';
export type { App, AppOptions, Limits } from './http/app.ts';
export { createApp } from './http/app.ts';
export { openApiDocument } from './http/openapi.ts';

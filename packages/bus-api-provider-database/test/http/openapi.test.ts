import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { postgresFacts } from 'bus-integration-postgres';
import { expect, it } from 'vitest';
import { deploymentFromEnvironment } from '../../src/deployments/deployments.ts';
import { createProviders } from '../../src/deployments/providers.ts';
import { createApp } from '../../src/http/app.ts';
import { openApiDocument } from '../../src/http/openapi.ts';

type Paths = Record<string, Record<string, unknown>>;

it.each([true, false])('is an OpenAPI document (authentication: %s)', async (isAuthenticating) => {
  const result = await new Validator().validate(structuredClone(openApiDocument({ isAuthenticating })));
  expect(result).toEqual({ valid: true });
  expect('security' in openApiDocument({ isAuthenticating })).toBe(isAuthenticating);
});

it('is shipped as it is now; after a change: npm run schemas', () => {
  const folder = join(import.meta.dirname, '../../schemas');
  expect(readdirSync(folder)).toEqual(['openapi.json']);
  const shipped: unknown = JSON.parse(readFileSync(join(folder, 'openapi.json'), 'utf8'));
  expect(shipped).toEqual(openApiDocument({ isAuthenticating: true, facts: postgresFacts }));
});

it('the validator would tell', async () => {
  const broken = structuredClone(openApiDocument({ isAuthenticating: true }));
  Object.assign(broken, { info: {} });
  expect((await new Validator().validate(broken)).valid).toBe(false);
});

it('names every route, and no other', async () => {
  const routes = new Set<string>();
  const processContext = { env: {}, cwd: '/', homeDirectory: '/', osUser: '', uid: 0 };
  const { server } = await createApp({
    providers: ['postgres'],
    deployments: await deploymentFromEnvironment(processContext, createProviders()),
  });
  const documented = Object.entries(openApiDocument({ isAuthenticating: true }).paths as Paths).flatMap(
    ([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  for (const line of documented) {
    const [method = 'GET', path = ''] = line.split(' ');
    if (server.hasRoute({ method, url: path.replace('{id}', ':id') } as never)) routes.add(line);
  }
  expect([...routes]).toEqual(documented);
  const printed = server.printRoutes({ commonPrefix: false, includeHooks: false });
  const methods = [...printed.matchAll(/\(([A-Z, ]+)\)/g)].flatMap(([, list = '']) => list.split(', '));
  expect(methods.filter((method) => method !== 'HEAD')).toHaveLength(documented.length);
});

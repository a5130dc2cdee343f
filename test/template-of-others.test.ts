// A copy of a template has in it what the template has, which is seen only then: what keeps the rest from being done is
// told, and nobody else is suspected.
import { createPlainAdmin, startServer } from 'embedded';
import { expect, test } from 'vitest';
import { createDeployment, fromManifest, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

test("a template's schema that is another's stays so, and the answer says why", async () => {
  await using server = await startServer();
  using folder = temporaryFolder();
  await server.query('CREATE DATABASE model');
  await server.query('CREATE SCHEMA data', { database: 'model' });
  await server.query('ALTER DATABASE model IS_TEMPLATE true');
  const desired = fromManifest(`
roles: {o: {}, svc: {login: true}}
databases: {app: {template: model, owner: o, schemas: [data], access: {svc: read}}}
`);
  const adminDsn = await createPlainAdmin(server);
  const answer = await createDeployment({ adminDsn, desired, folder: folder.path }).apply();
  expect(answer.error_class, explain(answer)).toBe('not-converged');
  const failures = answer.diagnostics.filter(({ severity }) => severity === 'fail');
  expect(failures[0]?.code).toBe('lacks-ownership');
  expect(failures[0]?.remedy).toMatch(/ALTER SCHEMA "data" OWNER TO "o";$/);
  const left = failures.filter(({ code }) => code === 'not-converged').map(({ message }) => message);
  expect(left).toContain('after applying, this is still to do: change-owner app.data: to o: schema data');
});

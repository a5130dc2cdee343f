// What a slow run says where stderr is no terminal, as in a CI log: on a server that takes its time over each login.
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../packages/bus-operator-database/src/index.ts';
import { captured } from '../packages/bus-operator-database/test/fake-provider.ts';
import { type ApiServer, apiToken, startApi } from './api-server.ts';
import { type Deployment, makeDeployment } from './deployment.ts';

let server: Server;
let deployment: Deployment;
let api: ApiServer;
beforeAll(async () => {
  server = await startServer({ major: 18 });
  // https://www.postgresql.org/docs/current/event-trigger-database-login-example.html
  await server.query(`CREATE FUNCTION public.wait() RETURNS event_trigger LANGUAGE plpgsql
     AS 'BEGIN PERFORM pg_catalog.pg_sleep(0.5); END'`);
  await server.query('CREATE EVENT TRIGGER slow ON login EXECUTE FUNCTION public.wait()');
  deployment = makeDeployment({ adminDsn: await createPlainAdmin(server) });
  deployment.write('local/token', `${apiToken}\n`);
  api = await startApi(deployment);
}, 60_000);
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  deployment[Symbol.dispose]();
  await server.stop();
});

async function run(args: readonly string[], isTerminal = false) {
  const env = { ...deployment.keys, PATH: process.env.PATH, HOME: deployment.directory };
  const { processContext, out, err } = captured(deployment.directory, env, { progressEveryMs: 50 });
  Object.assign(processContext.stderr, { isTTY: isTerminal });
  const status = await main(args, processContext);
  return { status, out: out(), err: err() };
}

const line = (verb: string) => new RegExp(`^bus operator database: ${verb} after [\\d.]+ m?s: .+$`, 'm');

describe.each([
  ['on this machine', ['plan', 'apply', 'verify', 'status', 'doctor'], () => []],
  // The API keeps the connections that plan and status need.
  ['by way of the API', ['apply', 'verify', 'doctor'], () => ['--api-url', api.url, '--token-file', './local/token']],
] as const)('%s', (_, verbs, way) => {
  test.each(verbs)('a slow %s says that it is at work', async (verb) => {
    const { err, status, out } = await run([verb, ...way()]);
    expect(status, out).toBe(0);
    expect(err).toMatch(line(verb));
    expect(out).not.toMatch(line(verb));
    for (const quiet of [['-q'], ['--progress', 'never']]) {
      expect((await run([verb, ...way(), ...quiet])).err).not.toMatch(line(verb));
    }
  });

  test('a terminal gets a live line, or lines when it asks for them', async () => {
    const live = await run(['verify', ...way()], true);
    expect(live.err).not.toMatch(line('verify'));
    const drawn = live.err.split('\r\u001b[2K');
    expect([drawn.at(0), drawn.at(-1)]).toEqual(['', '']);
    expect(drawn.slice(1, -1)).toContainEqual(expect.stringMatching(/^(verify: at work|logging in as services)/));
    expect((await run(['verify', '--progress', 'always', ...way()], true)).err).toMatch(line('verify'));
  });
});

test('a flag of another value is refused', async () => {
  expect(await run(['plan', '--progress', 'some'])).toMatchObject({
    status: 2,
    err: 'bus operator database: --progress some: expected auto, always or never\n',
  });
});

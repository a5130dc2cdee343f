// Which scripts of the bundle a command line of `bus` reads, and that V8 takes the code cache of each.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Deployment, makeDeployment } from './deployment.ts';

let server: Server;
let folder: string;
let deployment: Deployment;

/** Tells of each script that it is made, and whether its cache was refused. */
const hook = (told: string) => `
const vm = require('node:vm');
const { appendFileSync } = require('node:fs');
const { Script } = vm;
vm.Script = class extends Script {
  constructor(source, options) {
    super(source, options);
    const how = options.cachedData === undefined ? 'without a cache' : this.cachedDataRejected ? 'refused' : 'taken';
    appendFileSync(${JSON.stringify(told)}, options.filename + ': ' + how + '\\n');
  }
};`;

beforeAll(async () => {
  server = await startServer();
  folder = mkdtempSync(join(tmpdir(), 'late-scripts-'));
  writeFileSync(join(folder, 'hook.cjs'), hook(join(folder, 'told')));
  deployment = makeDeployment({ adminDsn: server.dsn() });
});
afterAll(async () => {
  await server.stop();
  deployment[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

async function scriptsOf(...words: string[]): Promise<string[]> {
  const told = join(folder, 'told');
  writeFileSync(told, '');
  const { exit, stderr } = await deployment.run(words, {
    env: { NODE_OPTIONS: `--require=${join(folder, 'hook.cjs')}` },
  });
  expect(exit, stderr).toBe(0);
  return readFileSync(told, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.replace(/-[A-Z0-9]{8}\.script\.js/, ''));
}

it('version and help read one script', async () => {
  expect(await scriptsOf('--version')).toEqual(['late.script.js: taken']);
  expect(await scriptsOf('--help')).toEqual(['late.script.js: taken']);
});

it('a plan reads two, apply and verify their own beside them, and every cache is taken', async () => {
  const plan = ['late.script.js: taken', 'run.script.js: taken'];
  expect(await scriptsOf('plan')).toEqual(plan);
  expect(await scriptsOf('apply')).toEqual([...plan, 'apply: taken']);
  expect(await scriptsOf('status')).toEqual(plan);
  expect((await scriptsOf('verify')).filter((line) => !/^(verify|chunk): taken$/.test(line))).toEqual(plan);
  expect((await scriptsOf('doctor')).filter((line) => !/^(doctor|chunk): taken$/.test(line))).toEqual(plan);
});

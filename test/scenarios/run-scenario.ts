// Runs one scenario on a new server of its own and judges each round by what the plan, the server and the files say.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Diagnostic, isMutating, type Response } from 'bus-integration-database';
import { parseDsn } from 'bus-integration-postgres';
import { createPlainAdmin, type Major, type Server, startServer } from 'embedded';
import { expect } from 'vitest';
import { dumpCluster } from './cluster-dump.ts';
import { createDeployment, type Deployment, filesIn, stepLines, temporaryFolder } from './deployment.ts';
import type { Admin, FileEdit, Round, Scenario, Statement } from './scenario.ts';

export interface Variant {
  readonly scenario: Scenario;
  readonly major: Major;
  readonly admin: Admin;
}

export async function runScenario({ scenario, major, admin }: Variant): Promise<void> {
  await using server = await startServer({ major });
  using folder = temporaryFolder();
  const adminDsn = admin === 'superuser' ? server.dsn() : await createPlainAdmin(server);
  if (scenario.earlier !== undefined) {
    const before = createDeployment({ adminDsn, wish: scenario.earlier, folder: folder.path });
    expectOk(await before.apply(), 'the apply before the scenario');
  }
  for (const statement of scenario.start ?? []) await runStatement(server, adminDsn, statement);
  const deployment = createDeployment({ adminDsn, wish: scenario.wish, folder: folder.path });
  for (const edit of scenario.files ?? []) editFile(deployment.dsnDirectory, edit, server);
  for (const round of scenario.rounds) await runRound(round, deployment, server);
}

async function runRound(round: Round, deployment: Deployment, server: Server): Promise<void> {
  const { flags, steps, refused, findings = [], applyFails } = round;
  const before = await stateOf(server, deployment);
  const plan = await deployment.plan(flags);
  expect(await stateOf(server, deployment), 'plan changes nothing').toEqual(before);
  if (steps !== undefined) expect(stepLines(plan.steps), explain(plan)).toEqual(steps);
  expect(plan.diagnostics.map(({ code }) => code)).toEqual(expect.arrayContaining([...findings]));
  if (refused !== undefined) {
    expectRefused(plan, refused);
    const applied = await deployment.apply(flags);
    expectRefused(applied, refused);
    expect(await stateOf(server, deployment), 'a refused apply changes nothing').toEqual(before);
    return;
  }
  expectOk(plan, 'plan');
  const proven = await provenPasswords(server, deployment);
  const applied = await deployment.apply(flags);
  if (applyFails !== undefined) {
    expect(applied.error_class).toBe(applyFails.errorClass);
    expectRemedies(applied.diagnostics, applyFails.remedies);
    return;
  }
  expectOk(applied, 'apply');
  await expectConverged(round, deployment, server);
  const now = await provenPasswords(server, deployment);
  const kept = [...proven].filter(([, { role }]) => !flags?.rotate?.includes(role));
  for (const [file, { password }] of kept)
    expect(now.get(file)?.password === password, `${file} keeps its password`).toBe(true);
  for (const { ask, database, answer } of round.answers ?? []) {
    expect(await server.query(ask, { ...(database !== undefined && { database }) }), ask).toEqual([answer]);
  }
}

/** An empty plan without any flag, no drift, each file's password proven by a login, and a good verification. */
async function expectConverged({ verify = 'ok' }: Round, deployment: Deployment, server: Server): Promise<void> {
  const again = await deployment.plan();
  expectOk(again, 'the second plan');
  expect(stepLines(again.steps), 'the second plan is empty').toEqual([]);
  const status = await deployment.status();
  expect(status.drift?.filter(isMutating) ?? [], 'status shows no drift').toEqual([]);
  expect(status.leftovers, 'nothing is left over').toEqual([]);
  expect(status.dsn_files?.map(({ state, password }) => `${state} ${password}`) ?? []).toEqual(
    (status.dsn_files ?? []).map(() => 'current proven'),
  );
  const files = Object.keys(filesIn(deployment.dsnDirectory) ?? {});
  expect(files.sort(), 'no stray file').toEqual(
    (status.dsn_files ?? []).map(({ path }) => path.replace(/^.*\//, '')).sort(),
  );
  expect([...(await provenPasswords(server, deployment)).keys()].sort(), 'every file logs in').toEqual(files);
  const verified = await deployment.verify();
  expect(verified.ok, explain(verified)).toBe(verify === 'ok');
}

async function stateOf(server: Server, { dsnDirectory }: Deployment) {
  return { cluster: await dumpCluster(server), files: filesIn(dsnDirectory) };
}

/** The files whose password the server takes, at the server's own address. */
async function provenPasswords(server: Server, { dsnDirectory }: Deployment) {
  const proven = new Map<string, { role: string; password: string }>();
  for (const [file, content] of Object.entries(filesIn(dsnDirectory) ?? {})) {
    if (!file.endsWith('.dsn') || content.trim() === '') continue;
    const { user = '', password = '', dbname = '' } = parseDsn(content.trim());
    const isProven = await server.query('SELECT 1', { database: dbname, user, password }).then(
      () => true,
      () => false,
    );
    if (isProven) proven.set(file, { role: user, password });
  }
  return proven;
}

function editFile(directory: string, edit: FileEdit, server: Server): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // What mkdir makes on the way is 0755 at best under most umasks, which the provider doesn't mind above its own.
  chmodSync(directory, 0o700);
  const path = (name: string) => join(directory, name);
  if ('remove' in edit) rmSync(path(edit.remove));
  else if ('truncate' in edit) writeFileSync(path(edit.truncate), '');
  else if ('copy' in edit) copyFileSync(path(edit.copy), path(edit.to));
  else if ('edit' in edit) {
    const content = readFileSync(path(edit.edit), 'utf8');
    const changed = content.replace(edit.from, edit.to);
    if (changed === content) throw new Error(`nothing to replace in ${edit.edit}`);
    writeFileSync(path(edit.edit), changed);
  } else {
    const line = `${server.dsn(edit.database, edit.role, edit.password)}\n`;
    writeFileSync(path(edit.write), line, { mode: 0o600 });
  }
}

async function runStatement(server: Server, adminDsn: string, { sql, database, as }: Statement): Promise<void> {
  const { user = '', password = '' } = parseDsn(adminDsn);
  const login = as === 'admin' ? { user, password } : {};
  await server.query(sql, { ...login, ...(database !== undefined && { database }) });
}

function expectOk(response: Response, what: string): void {
  expect(response.ok, `${what}: ${explain(response)}`).toBe(true);
}

function expectRefused(response: Response, refused: NonNullable<Round['refused']>): void {
  expect(response.ok).toBe(false);
  expect(response.error_class, explain(response)).toBe(refused.errorClass);
  const failures = response.diagnostics.filter(({ severity }) => severity === 'fail');
  expect(
    failures.map(({ code }) => code),
    explain(response),
  ).toEqual(refused.codes);
  expectRemedies(failures, refused.remedies ?? []);
}

function expectRemedies(diagnostics: readonly Diagnostic[], remedies: readonly RegExp[]): void {
  for (const remedy of remedies) {
    const told = diagnostics.map((diagnostic) => diagnostic.remedy ?? '');
    expect(
      told.some((text) => remedy.test(text)),
      `${remedy} among ${JSON.stringify(told)}`,
    ).toBe(true);
  }
}

/** What an answer said, for the message of a failed expectation. */
export function explain({ error_class, diagnostics, connectivity = [], steps }: Response): string {
  return JSON.stringify({ error_class, diagnostics, connectivity, steps: stepLines(steps) }, undefined, 1);
}

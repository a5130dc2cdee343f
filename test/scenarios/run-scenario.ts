// Runs one scenario on a new server of its own and judges each round by what the plan, the server and the files say.
import { type Diagnostic, isMutating, type Response } from 'bus-integration-database';
import { type Major, type Server, startServer } from 'embedded';
import { expect } from 'vitest';
import { createDeployment, type Deployment, filesIn, stepLines, temporaryFolder } from './deployment.ts';
import type { Admin, Round, Scenario } from './scenario.ts';
import { adminDsnOf, editFile, explain, provenPasswords, runStatement, stateOf } from './stage.ts';

export interface Variant {
  readonly scenario: Scenario;
  readonly major: Major;
  readonly admin: Admin;
}

export async function runScenario({ scenario, major, admin }: Variant): Promise<void> {
  await using server = await startServer({ major });
  using folder = temporaryFolder();
  const adminDsn = await adminDsnOf(server, admin);
  if (scenario.earlier !== undefined) {
    const before = createDeployment({ adminDsn, desired: scenario.earlier, folder: folder.path });
    expectOk(await before.apply(), 'the apply before the scenario');
  }
  for (const statement of scenario.start ?? []) await runStatement(server, adminDsn, statement);
  let deployment = createDeployment({ adminDsn, desired: scenario.desired, folder: folder.path });
  for (const edit of scenario.files ?? []) editFile(deployment.dsnDirectory, edit, server);
  for (const round of scenario.rounds) {
    if (round.desired !== undefined)
      deployment = createDeployment({ adminDsn, desired: round.desired, folder: folder.path });
    await runRound(round, deployment, server);
  }
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
  const mayLose = flags?.allow?.includes('destructive') === true;
  const kept = mayLose ? [] : [...proven].filter(([, { role }]) => !flags?.rotate?.includes(role));
  for (const [file, { password }] of kept)
    expect(now.get(file)?.password === password, `${file} keeps its password`).toBe(true);
  for (const { ask, database, answer } of round.answers ?? []) {
    expect(await server.query(ask, { ...(database !== undefined && { database }) }), ask).toEqual([answer]);
  }
}

/** An empty plan without any flag, no drift, each file's password proven by a login, and a good verification. */
async function expectConverged(
  { verify = 'ok', leftovers = [] }: Round,
  deployment: Deployment,
  server: Server,
): Promise<void> {
  const again = await deployment.plan();
  expectOk(again, 'the second plan');
  expect(stepLines(again.steps), 'the second plan is empty').toEqual([]);
  const status = await deployment.status();
  expect(status.drift?.filter(isMutating) ?? [], 'status shows no drift').toEqual([]);
  expect(
    status.leftovers?.map(({ name }) => name),
    'what is left over',
  ).toEqual(leftovers);
  expect(status.dsn_files?.map(({ state, password }) => `${state} ${password}`) ?? []).toEqual(
    (status.dsn_files ?? []).map(() => 'current proven'),
  );
  const files = Object.keys(filesIn(deployment.dsnDirectory) ?? {});
  expect(files.sort(), 'no stray file').toEqual(
    (status.dsn_files ?? []).flatMap(({ path }) => /^\.\/local\/dsn\/(.*)$/.exec(path)?.[1] ?? []).sort(),
  );
  expect([...(await provenPasswords(server, deployment)).keys()].sort(), 'every file logs in').toEqual(files);
  const verified = await deployment.verify();
  expect(verified.ok, explain(verified)).toBe(verify === 'ok');
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

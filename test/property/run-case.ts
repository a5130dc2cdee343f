// Runs one random case on a new server: the plan changes nothing; it is refused with named reasons and nothing changes,
// or the apply converges, and what is not the deployment's stays as it was.
import { type Diagnostic, type Response, risks } from 'bus-integration-database';
import { type Server, startServer } from 'embedded';
import { expect } from 'vitest';
import { createDeployment, type Deployment, type Flags, stepLines, temporaryFolder } from '../scenarios/deployment.ts';
import { adminDsnOf, editFile, explain, provenPasswords, runStatement, stateOf } from '../scenarios/stage.ts';
import { privilegeFaults } from './privileges.ts';
import { managedBy, type RandomCase } from './random-case.ts';
import { bystanders, type Change } from './starting-state.ts';
import { strays, unmanaged } from './unmanaged.ts';

/** `converged`, or the class and codes of the refusal: `not-ours: closed`. */
export async function runCase(random: RandomCase): Promise<string> {
  await using server = await startServer({ major: random.major });
  using folder = temporaryFolder();
  using elsewhere = temporaryFolder();
  const adminDsn = await adminDsnOf(server, random.admin);
  for (const statement of bystanders) await runStatement(server, adminDsn, statement);
  if (random.other !== undefined) {
    await createDeployment({ adminDsn, desired: random.other, folder: elsewhere.path, deploymentId: 'other' }).apply();
  }
  const at = { adminDsn, folder: folder.path };
  if (random.earlier !== undefined) await createDeployment({ ...at, desired: random.earlier }).apply();
  const deployment = createDeployment({ ...at, desired: random.desired });
  for (const change of random.changes) await tryChange(server, adminDsn, deployment, change);

  const everything: Flags = { adopt: true, adopt_from: 'other', allow: risks };
  // Without the operator's word nearly all are refused: every other case shows that as well as all would.
  if (random.seed % 2 === 0) await expectHarmless(server, deployment, {});
  const first = await expectHarmless(server, deployment, everything);
  const lost = (first.diagnostics ?? [])
    .filter(({ code }) => code.startsWith('password-'))
    .map(({ target = '' }) => target);
  const flags = { ...everything, rotate: lost };
  const plan = lost.length === 0 ? first : await expectHarmless(server, deployment, flags);
  if (plan.ok) return await expectConverging(random, server, adminDsn, deployment, flags);
  return `${plan.error_class}: ${[...new Set(failures(plan).map(({ code }) => code))].join(', ')}`;
}

/** A plan changes nothing; refused, it names reasons with remedies, and apply refuses the same without a trace. */
async function expectHarmless(server: Server, deployment: Deployment, flags: Flags): Promise<Response> {
  const before = await stateOf(server, deployment);
  const plan = await deployment.plan(flags);
  expect(await stateOf(server, deployment), 'plan changes nothing').toEqual(before);
  if (plan.ok) return plan;
  expect(refusals, explain(plan)).toContain(plan.error_class);
  expect(failures(plan).length, explain(plan)).toBeGreaterThan(0);
  for (const { message, remedy } of failures(plan)) expect(remedy, `a remedy for: ${message}`).toBeTruthy();
  const applied = await deployment.apply(flags);
  expect(applied.error_class, explain(applied)).toBe(plan.error_class);
  // What is to be run again is what was asked.
  const asApply = failures(plan).map(({ remedy, advice, ...told }) => ({
    ...told,
    ...(remedy !== undefined && {
      remedy: remedy.replaceAll('bus operator database plan', 'bus operator database apply'),
    }),
    ...(advice !== undefined && {
      advice: JSON.parse(JSON.stringify(advice).replaceAll('"database","plan"', '"database","apply"')),
    }),
  }));
  expect(failures(applied)).toEqual(asApply);
  expect(await stateOf(server, deployment), 'a refused apply changes nothing').toEqual(before);
  return plan;
}

const refusals = ['not-ours', 'unsafe', 'insufficient-privilege', 'not-converged'];

async function expectConverging(
  { desired }: RandomCase,
  server: Server,
  adminDsn: string,
  deployment: Deployment,
  flags: Flags,
): Promise<string> {
  const managed = managedBy(desired);
  const before = await stateOf(server, deployment);
  const proven = await provenPasswords(server, deployment);
  const applied = await deployment.apply(flags);
  expect(applied.ok, explain(applied)).toBe(true);
  const after = await stateOf(server, deployment);

  const again = await deployment.plan();
  expect(again.ok, explain(again)).toBe(true);
  expect(stepLines(again.steps), 'the second plan is empty').toEqual([]);
  const reapplied = await deployment.apply();
  expect(reapplied.ok, explain(reapplied)).toBe(true);
  expect(await stateOf(server, deployment), 'a second apply changes nothing').toEqual(after);

  const nowProven = await provenPasswords(server, deployment);
  const names = ((await deployment.status()).dsn_files ?? []).map(({ path }) => path.replace(/^.*\//, ''));
  expect([...nowProven.keys()], 'every file of the deployment logs in').toEqual(expect.arrayContaining(names));
  for (const [file, { role, password }] of proven) {
    const now = nowProven.get(file);
    if (!names.includes(file) || flags.rotate?.includes(role)) continue;
    // A file that held another role's DSN is written over only at the operator's word.
    if (now?.role !== role) expect(applied.steps.map(({ risk }) => risk)).toContain('destructive');
    else expect(now.password === password, `${file} keeps its password`).toBe(true);
  }
  expect(
    Object.keys(after.files ?? {}).filter((file) => file.endsWith('.staged') && names.includes(file.slice(0, -7))),
  ).toEqual([]);

  expect(unmanaged(after.cluster, managed, before.cluster), 'what is not ours').toEqual(
    unmanaged(before.cluster, managed, before.cluster),
  );
  expect(strays(after.cluster, managed, before.cluster), 'nothing else came into being').toEqual([]);
  expect(await privilegeFaults(server, adminDsn, after.cluster, managed)).toEqual([]);

  const verified = await deployment.verify();
  // A role that was made ours may still reach what it was given by its former owners; each is told.
  const ours = (verified.connectivity ?? []).filter(
    ({ id, result, seen }) => result === 'fail' && id !== 'foreign-database' && !seen.includes('may create in schema'),
  );
  const excess = applied.diagnostics.some(
    ({ code, message }) => code === 'extra-privilege' || (code === 'public-connect' && message.includes('CREATE')),
  );
  if (!excess) expect(ours, explain(verified)).toEqual([]);
  return 'converged';
}

/** What the server or the files have no ground for is no change. */
async function tryChange(server: Server, adminDsn: string, deployment: Deployment, change: Change): Promise<void> {
  try {
    if ('sql' in change) await runStatement(server, adminDsn, change);
    else editFile(deployment.dsnDirectory, change, server);
  } catch {
    // Counted by nobody: which changes fit depends on those before.
  }
}

function failures({ diagnostics }: Response): Diagnostic[] {
  return diagnostics.filter(({ severity }) => severity === 'fail');
}

// By way of a real PgBouncer: whatever a verb says to do next is possible, and what it leads to is not refused.
import { createPlainAdmin, pgBouncerPath, startPgBouncer, startServer } from 'embedded';
import { describe, expect, it } from 'vitest';
import { type Deployment, makeDeployment } from './deployment.ts';

const isThere = pgBouncerPath() !== undefined;
if (!isThere) console.warn('skipped: what is next by way of PgBouncer: there is no pgbouncer on PATH');

const point = 'point the admin DSN at the server itself, and BUS_DATABASE_SERVICE_HOST and _PORT at the pooler';
const verbs = [
  ['doctor'],
  ['plan'],
  ['plan', '--rotate', 'bus_service'],
  ['plan', '--save', './plan.json'],
  ['plan', '--sql'],
  ['apply', '--dry-run'],
  ['apply'],
  ['status'],
  ['verify'],
] as const;

/** Every line that says how to go on, and what would be run at once. */
function judge(verb: readonly string[], text: string): void {
  const lines = text.split('\n');
  for (const line of lines.filter((one) => /\bbus operator database apply\b(?! --dry-run)/.test(one))) {
    // The header of a script says what it is, and its last line stands below the one that comes first.
    if (line.startsWith('-- What ')) continue;
    const isSaidBefore = lines.slice(0, lines.indexOf(line)).some((one) => one.includes(point));
    expect(line.includes(`first ${point}; then: `) || (verb.includes('--sql') && isSaidBefore), line).toBe(true);
  }
}

describe.skipIf(!isThere).each(['transaction', 'session'] as const)('by way of PgBouncer in %s mode', (mode) => {
  it('no verb leads to an apply that is refused, and what it leads to goes', { timeout: 120_000 }, async () => {
    await using server = await startServer();
    const direct = await createPlainAdmin(server);
    const password = decodeURIComponent(new URL(direct).password);
    await using pooler = await startPgBouncer(server, { mode });
    const pooled = pooler.dsn('postgres', 'deploy_admin', password);
    using deployment = makeDeployment({
      keys: { BUS_DATABASE_SERVICE_HOST: '127.0.0.1', BUS_DATABASE_SERVICE_PORT: String(pooler.port) },
    });
    const look = async () => {
      deployment.write('local/postgres-admin-dsn', `${pooled}\n`);
      const told: Record<string, string> = {};
      for (const verb of verbs) {
        const { stdout, stderr } = await deployment.run(verb);
        judge(verb, `${stdout}${stderr}`);
        told[verb.join(' ')] = stdout;
      }
      deployment.write('local/postgres-admin-dsn', `${direct}\n`);
      return told;
    };

    const fresh = await look();
    expect(fresh.plan).toContain(`\nnext: ${point}\nthen: bus operator database plan\n`);
    expect(fresh['plan --save ./plan.json']).toMatch(/\nthen: bus operator database plan --save \.\/plan\.json\n$/);
    expect(fresh['apply --dry-run']).toContain(`\nnext: ${point}\n`);
    expect(fresh.status).toContain(`\nnext: ${point}\n`);
    await goOn(deployment, ['plan', '--save', './plan.json'], ['apply', '--plan', './plan.json']);

    const converged = await look();
    expect(converged.status).not.toContain('next:');

    await server.query('REVOKE CONNECT ON DATABASE bus_auth FROM bus_service');
    deployment.write('local/dsn/bus_events.dsn', 'postgresql://nobody\n');
    const broken = await look();
    expect(broken.verify).toMatch(/^ok: false/);
    await goOn(deployment, ['apply', '--rotate', 'bus_service']);
    expect((await deployment.run(['verify'])).stdout).toMatch(/^ok: true/);
  });
});

async function goOn(deployment: Deployment, ...runs: readonly (readonly string[])[]): Promise<void> {
  for (const args of runs) {
    const { exit, stdout, stderr } = await deployment.run(args);
    expect(exit, `${args.join(' ')}\n${stdout}${stderr}`).toBe(0);
  }
}

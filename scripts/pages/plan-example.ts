// The plan of the README's picture, as a real server answers it: a database more is declared, and PUBLIC may enter one of
// those that are there.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createPlainAdmin, startServer } from 'embedded';
import { makeDeployment } from '../../quickstart/deployment.ts';

const planCommand = 'bus operator database plan';
/** Where the picture of it is. */
export const planPicturePath = 'docs/plan.svg';

/** The prompt with the command, and its text with colours, what differs from run to run replaced. */
export async function planExample(root: string): Promise<string> {
  await using server = await startServer();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'plan-example-')));
  try {
    const directory = join(folder, 'deployment');
    const env = { PATH: [join(root, 'node_modules/.bin'), process.env.PATH ?? ''].join(delimiter), HOME: folder };
    makeDeployment(directory, await createPlainAdmin(server), env);
    const run = (command: string, more = {}) =>
      spawnSync('sh', ['-c', command], { cwd: directory, encoding: 'utf8', env: { ...env, ...more } });
    run('bus operator database apply');
    await server.query('GRANT CONNECT ON DATABASE bus_auth TO PUBLIC');
    run("sed -i.bak -e 's/bus_billing/bus_billing,bus_reports/' .env");
    const { stdout } = run(`${planCommand} --color always`);
    return steady(`$ ${planCommand}\n${stdout}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function steady(text: string): string {
  return text
    .replace(/127\.0\.0\.1:\d+/g, 'db.example:5432')
    .replace(/cluster \d+/g, 'cluster 7710971639735813047')
    .replace(/(PostgreSQL|postgres) \d+\.\d+/g, '$1 18.4');
}

// What deploy/ holds, by the tools that there are for each kind of file, and its commands on a real server.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { validateAction } from '@action-validator/core';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import * as batch from 'kubernetes-models/batch/v1';
import * as rbac from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import * as core from 'kubernetes-models/v1';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { makeDeployment, packages } from './deployment.ts';

const deploy = join(import.meta.dirname, '../deploy');
const files = readdirSync(deploy, { recursive: true, encoding: 'utf8' }).filter((file) => /\./.test(basename(file)));
const read = (file: string) => readFileSync(join(deploy, file), 'utf8');
const isThere = (program: string) =>
  (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, program)));

let root: string;
let bin: string;
let server: Server;
let adminDsn: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'deploy-'));
  bin = join(root, 'bin');
  const pages = join(root, 'man/man1');
  for (const directory of [bin, pages]) mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(packages)) {
    for (const file of readdirSync(join(packages, name, 'bin')))
      symlinkSync(join(packages, name, 'bin', file), join(bin, basename(file, '.js')));
    for (const file of readdirSync(join(packages, name, 'man')))
      symlinkSync(join(packages, name, 'man', file), join(pages, file));
  }
  server = await startServer();
  adminDsn = await createPlainAdmin(server);
}, 60_000);
afterAll(async () => {
  await server.stop();
  rmSync(root, { recursive: true, force: true });
});

test('every file is checked by a tool, or says that it is not', () => {
  const checked = /\.(service|timer|ya?ml|sh)$/;
  const others = files.filter((file) => !checked.test(file) && !file.endsWith('.md'));
  expect(others).toEqual(['container/Containerfile'].filter((file) => others.includes(file)));
  for (const file of others) expect(read(file).slice(0, 500)).toMatch(/was not built where this project is tested/);
});

const units = files.filter((file) => /\.(service|timer)$/.test(file));

describe.skipIf(!isThere('systemd-analyze'))('systemd', () => {
  const env = () => ({ PATH: process.env.PATH, MANPATH: join(root, 'man') });
  const placed = () =>
    units.map((unit) => {
      const path = join(root, basename(unit));
      writeFileSync(path, read(unit).replaceAll('/usr/local/bin', bin));
      return path;
    });

  test('systemd-analyze verify finds nothing wrong', () => {
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', ...placed()], {
      env: env(),
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test.each(units.filter((unit) => unit.endsWith('.service')))('%s is hardened', (unit) => {
    const path = placed().find((one) => basename(one) === basename(unit)) ?? '';
    const args = ['security', '--offline=true', '--no-pager', '--threshold=15', path];
    const { status, stdout } = spawnSync('systemd-analyze', args, { env: env(), encoding: 'utf8' });
    expect(status, stdout).toBe(0);
  });
});

test('the command of the status service looks, writes metrics and says by its exit status what is to be done', async () => {
  using deployment = makeDeployment({ adminDsn });
  const [, command = ''] = /^ExecStart=\S+ (.+)$/m.exec(read('systemd/bus-database-status.service')) ?? [];
  const args = command.replace('%t/bus-database-metrics', deployment.directory).split(' ');
  const env = { ...deployment.keys };
  const run = () => deployment.run(args, { binary: 'bus-operator-database', env });
  expect((await run()).exit).toBe(3);
  expect((await deployment.run(['apply'])).exit).toBe(0);
  expect((await run()).exit).toBe(0);
  expect(readFileSync(deployment.path('bus-database.prom'), 'utf8')).toContain('bus_database_drift_steps{');
});

const scripts = files.filter((file) => file.endsWith('.sh')).map((file) => join(deploy, file));

test.skipIf(!isThere('shellcheck'))('shellcheck finds nothing wrong', () => {
  const own = readdirSync(join(deploy, '../scripts')).filter((file) => file.endsWith('.sh'));
  const all = [...scripts, ...own.map((file) => join(deploy, '../scripts', file)), join(deploy, '../.ci/run')];
  const { status, stdout } = spawnSync('shellcheck', ['--severity=warning', ...all], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});

const kinds: Readonly<Record<string, new (data: never) => { validate(): void }>> = {
  'v1/ConfigMap': core.ConfigMap,
  'v1/PersistentVolumeClaim': core.PersistentVolumeClaim,
  'v1/Secret': core.Secret,
  'v1/ServiceAccount': core.ServiceAccount,
  'batch/v1/CronJob': batch.CronJob,
  'batch/v1/Job': batch.Job,
  'rbac.authorization.k8s.io/v1/Role': rbac.Role,
  'rbac.authorization.k8s.io/v1/RoleBinding': rbac.RoleBinding,
};

/** What is wrong with an object of Kubernetes: by its schema, and the keys for which the schema has no place. */
function faultsOf(document: { readonly apiVersion?: string; readonly kind?: string }): string[] {
  const Kind = kinds[`${document.apiVersion}/${document.kind}`];
  if (Kind === undefined) return [`${document.apiVersion} ${document.kind} is not known here`];
  const unread = new Map<object, Set<string>>();
  const watched = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return Array.isArray(value) ? value.map(watched) : value;
    const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, watched(inner)]));
    const left = new Set(Object.keys(copy));
    unread.set(copy, left);
    return new Proxy(copy, {
      get: (target, key) => {
        left.delete(String(key));
        return Reflect.get(target, key);
      },
      // A map with keys of one's own, such as labels.
      ownKeys: (target) => {
        left.clear();
        return Reflect.ownKeys(target);
      },
    });
  };
  const data = watched(document);
  try {
    Kind.prototype.validate.call(data);
  } catch (error) {
    return [String(error)];
  }
  return [...unread.values()].flatMap((keys) => [...keys].map((key) => `${key} is an unknown key`));
}

describe('kubernetes', () => {
  const documents = files
    .filter((file) => file.startsWith('kubernetes/') && file.endsWith('.yaml'))
    .flatMap((file) => parseAllDocuments(read(file)).map((document) => document.toJS()));

  test.each(
    documents.map((document) => [
      `${document.kind} ${document.metadata.name ?? document.metadata.generateName}`,
      document,
    ]),
  )('%s is as its schema has it', (_, document) => {
    expect(faultsOf(document)).toEqual([]);
  });

  test('what is created anew each time has no fixed name; what is applied has one, in the namespace of the jobs', () => {
    const created = parseAllDocuments(read('kubernetes/apply-job.yaml')).map((document) => document.toJS());
    expect(created.map(({ metadata }) => [metadata.name, metadata.generateName])).toEqual([
      [undefined, 'bus-database-apply-'],
    ]);
    const applied = documents.filter(({ metadata }) => metadata.name !== undefined);
    const there = applied.map(({ kind, metadata }) => `${metadata.namespace}/${kind}/${metadata.name}`);
    for (const { metadata, spec } of documents.filter(({ kind }) => /Job$/.test(kind))) {
      const pod = (spec.jobTemplate?.spec ?? spec).template.spec;
      const wanted = [
        ...(pod.serviceAccountName === undefined ? [] : [`ServiceAccount/${pod.serviceAccountName}`]),
        ...pod.volumes.flatMap(
          ({ configMap, persistentVolumeClaim }: Readonly<Record<string, { [key: string]: string }>>) => [
            ...(configMap === undefined ? [] : [`ConfigMap/${configMap.name}`]),
            ...(persistentVolumeClaim === undefined
              ? []
              : [`PersistentVolumeClaim/${persistentVolumeClaim.claimName}`]),
          ],
        ),
      ];
      expect(wanted.length).toBeGreaterThan(1);
      for (const one of wanted) expect(there).toContain(`${metadata.namespace}/${one}`);
    }
  });

  test('what is not as the schema has it is noticed', () => {
    const job = documents.find(({ kind }) => kind === 'Job');
    const text = JSON.stringify(job);
    expect(faultsOf(JSON.parse(text.replace('"backoffLimit":2', '"backoffLimit":"2"')))).toEqual([
      expect.stringContaining('backoffLimit must be integer'),
    ]);
    expect(faultsOf(JSON.parse(text.replaceAll('readOnlyRootFilesystem', 'readOnlyRootFS')))).toContain(
      'readOnlyRootFS is an unknown key',
    );
  });

  test('every container is without privileges, on a root that it may not write', () => {
    const pods = documents.flatMap(({ kind, spec }) =>
      kind === 'Job' ? [spec.template.spec] : kind === 'CronJob' ? [spec.jobTemplate.spec.template.spec] : [],
    );
    expect(pods).toHaveLength(2);
    for (const { securityContext, containers, initContainers = [] } of pods) {
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const container of [...containers, ...initContainers])
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
    }
  });

  test.skipIf(process.getuid?.() !== 0)(
    'apply with its ConfigMap and manifest, as its user on its volume, writes Secrets; status finds nothing to do',
    async () => {
      const config = (name: string) =>
        documents.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name).data;
      const job = documents.find(({ kind }) => kind === 'Job').spec.template.spec;
      const cron = documents.find(({ kind }) => kind === 'CronJob').spec.jobTemplate.spec.template.spec;
      // A volume as fsGroup makes it: root's, and its group may write.
      const work = join(root, 'work');
      const manifest = join(root, 'manifest');
      for (const directory of [work, manifest]) mkdirSync(directory);
      const { runAsUser: uid, runAsGroup: gid } = job.securityContext;
      for (const [tool, ...args] of [
        ['chown', `0:${gid}`, work],
        ['chmod', '2775', work],
        ['chmod', '755', root],
      ] as const)
        expect(spawnSync(tool, args).status).toBe(0);
      const there = (text: string) => text.replaceAll('/work', work).replaceAll('/manifest', manifest);
      for (const [name, text] of Object.entries(config('bus-database-manifest')))
        writeFileSync(join(manifest, name), there(String(text)));
      const env = Object.fromEntries(
        Object.entries(config('bus-database')).map(([key, value]) => [key, there(String(value))]),
      );
      const run = ({ args }: { readonly args: readonly string[] }) => {
        const { status, stdout, stderr } = spawnSync(join(bin, 'bus'), args, {
          cwd: work,
          env: { PATH: process.env.PATH, BUS_POSTGRES_ADMIN_DSN: adminDsn, ...env },
          uid,
          gid,
          encoding: 'utf8',
        });
        return { status, output: stdout + stderr };
      };
      const applied = run(job.initContainers[0]);
      expect(applied.status, applied.output).toBe(0);
      const secrets = readdirSync(join(work, 'secrets'));
      expect(secrets).toEqual(['orders-app.yaml']);
      const secret = parse(readFileSync(join(work, 'secrets/orders-app.yaml'), 'utf8'));
      expect(faultsOf(secret)).toEqual([]);
      expect(secret.metadata.namespace).toBe('shop');
      expect(applied.output).not.toContain(secret.stringData.password);
      const again = run(cron.containers[0]);
      expect(again.status, again.output).toBe(0);
    },
  );
});

describe('github-action', () => {
  const action = parse(read('github-action/action.yml'));

  test('is as the schema of actions has it', () => {
    expect(validateAction(read('github-action/action.yml')).errors).toEqual([]);
    expect(
      validateAction(read('github-action/action.yml').replace('using: composite', 'using: shell')).errors,
    ).not.toEqual([]);
  });

  test('puts the plan into the summary, and fails only where it was asked to', async () => {
    using deployment = makeDeployment({
      adminDsn,
      keys: { BUS_DEPLOYMENT_ID: 'action', BUS_DATABASE_NAMES: 'of_action', BUS_DATABASE_SERVICE_ROLE: 'of_action' },
    });
    const [{ run, shell, env }] = action.runs.steps;
    const step = (inputs: Readonly<Record<string, string>>, directory = deployment.directory) => {
      for (const file of ['summary', 'output']) rmSync(deployment.path(file), { force: true });
      const given = Object.entries(env).map(([key, value]) => {
        const name = /inputs\.([\w-]+)/.exec(String(value))?.[1] ?? '';
        return [key, { directory, ...inputs }[name] ?? action.inputs[name].default] as const;
      });
      const { status } = spawnSync(shell, ['-e', '-o', 'pipefail', '-c', run], {
        cwd: root,
        env: {
          ...Object.fromEntries(given),
          PATH: [bin, process.env.PATH].join(delimiter),
          HOME: deployment.directory,
          GITHUB_ACTION_PATH: join(deploy, 'github-action'),
          GITHUB_STEP_SUMMARY: deployment.path('summary'),
          GITHUB_OUTPUT: deployment.path('output'),
        },
      });
      const text = (file: string) =>
        existsSync(deployment.path(file)) ? readFileSync(deployment.path(file), 'utf8') : '';
      return { status, summary: text('summary'), output: text('output') };
    };
    const work = step({});
    expect(work).toMatchObject({ status: 0, output: 'exit-status=3\n' });
    expect(work.summary).toMatch(
      /^### bus operator database plan: There is work to do\n\n```\nok: true\n[\s\S]*create-database[\s\S]*\n```\n$/,
    );
    expect(step({ 'fail-on-work': 'true' }).status).toBe(3);
    expect(step({ arguments: '--jobs\n1\n' }).status).toBe(0);
    const hostile = step({ arguments: '--rotate\n$(touch was-run) ```' });
    expect(hostile.status).not.toBe(0);
    expect(hostile.summary).toMatch(/\n````\n[\s\S]*\n````\n$/);
    expect(existsSync(deployment.path('was-run')) || existsSync(join(root, 'was-run'))).toBe(false);
    expect((await deployment.run(['apply'])).exit).toBe(0);
    expect(step({ 'fail-on-work': 'true' })).toMatchObject({ status: 0, output: 'exit-status=0\n' });
    expect(step({}, join(root, 'nowhere')).status).toBe(2);
  });
});

// What is named for a manifest may be any file, a secret too: of what is none nothing is shown, by no way in which it is named.
import { execFileSync } from 'node:child_process';
import { chownSync, lchownSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isRoot, skip } from './bad-input/refusal.ts';
import { type Answer, makeDeployment } from './deployment.ts';

const keys = { BUS_DATABASE_NAMES: undefined, BUS_DATABASE_SERVICE_ROLE: undefined, BUS_DEPLOYMENT_ID: undefined };
const adminDsn = 'postgresql://admin@127.0.0.1:1/postgres';

const secrets: Readonly<Record<string, string>> = {
  'a password file': '127.0.0.1:5432:app:app:Xq7vault\n',
  'a password file of many': '10.0.0.1:5432:a:a:Xq7vault\n10.0.0.2:5432:b:b:Xq7vault\n',
  'a token': 'ghp_Xq7vault0123456789abcdefghijklmnopqr\n',
  'a bare token': 'Xq7vault\n',
  'a list of tokens': '- Xq7vault\n- Xq7vault\n',
  'a netrc': 'machine example.org\n  login ann\n  pass Xq7vault\n',
  'a shadow file': 'root:$6$Xq7vault$Xq7vault:19000:0:99999:7:::\nann:!:19000::::::\n',
  'a private key': '-----BEGIN RSA PRIVATE KEY-----\nXq7vault\n-----END RSA PRIVATE KEY-----\n',
  'an ini file': '[default]\naws_key_id = Xq7vault\n',
  'another map': 'type: service_account\nkey_id: Xq7vault\n"unclosed: Xq7vault\n',
  'JSON of another kind': '{"auths": {"example.org": {"auth": "Xq7vault"}}}\n',
  'bytes that are no text': '\u0000\u0001Xq7vault\u0002\n',
  'a word of manifests in a line': 'roles:5432:databases:app:Xq7vault\n',
};

describe.each(Object.entries(secrets))('%s', (_, text) => {
  const shownNothing = ({ exit, stdout, stderr }: Answer) => {
    expect([exit, stdout + stderr]).toEqual([2, expect.stringContaining('this is not a manifest')]);
    expect(stdout + stderr).not.toContain('Xq7vault');
  };

  test('is not shown, however it is named', async () => {
    using deployment = makeDeployment({ adminDsn, keys });
    const path = deployment.write('out/secret', text);
    shownNothing(await deployment.run(['validate', '--manifest', './out/secret']));
    shownNothing(await deployment.run(['validate', '-f', 'json', './out/secret']));
    symlinkSync(path, deployment.path('bus-database.yaml'));
    deployment.configure({ BUS_DATABASE_MANIFEST_FILE: './bus-database.yaml' });
    shownNothing(await deployment.run(['plan', '-vv']));
  });
});

const manifest = 'version: 1\ndeployment: example-dev\nroles: {app: {}}\n';

test('a token in a manifest is not shown either', async () => {
  using deployment = makeDeployment({ adminDsn, keys });
  for (const line of ['ghp_Xq7vault0123456789abcdefghijklmnopqr: 1', 'owner: $6$Xq7vault$Xq7vault']) {
    deployment.write('m.yaml', `${manifest}${line}\n`);
    const { exit, stdout, stderr } = await deployment.run(['validate', './m.yaml']);
    expect([exit, stdout + stderr]).toEqual([2, expect.stringContaining('this looks like a secret')]);
    expect(stdout + stderr).not.toContain('Xq7vault');
  }
});

test('a named pipe is not a manifest, and holds nobody up', async () => {
  using deployment = makeDeployment({ adminDsn, keys });
  execFileSync('mkfifo', [deployment.path('pipe')]);
  const { exit, stdout, stderr } = await deployment.run(['plan', '--manifest', './pipe', '--timeout', '2s']);
  expect([exit, stdout + stderr]).toEqual([2, expect.stringContaining('./pipe is not a regular file')]);
});

test("another user's symbolic link is not followed", async (context) => {
  if (!isRoot) skip(context, 'only root can give files to another user');
  using deployment = makeDeployment({ adminDsn, keys });
  const link = join(deployment.directory, 'link.yaml');
  symlinkSync(deployment.write('m.yaml', manifest), link);
  expect((await deployment.run(['validate', './link.yaml'])).exit).toBe(0);
  lchownSync(link, 65534, 65534);
  const { exit, stdout, stderr } = await deployment.run(['validate', './link.yaml']);
  expect([exit, stdout + stderr]).toEqual([2, expect.stringContaining('./link.yaml is a symbolic link of user 65534')]);
});

test('a file that others may write is used, with a warning', async (context) => {
  if (!isRoot) skip(context, 'only root can give files to another user');
  using deployment = makeDeployment({ adminDsn, keys });
  chownSync(deployment.write('m.yaml', manifest), 65534, 65534);
  const { stderr } = await deployment.run(['plan', '--manifest', './m.yaml']);
  expect(stderr).toContain('warning: ./m.yaml belongs to user 65534, expected root');
  deployment.write('all.yaml', manifest, 0o666);
  const open = await deployment.run(['plan', '--manifest', './all.yaml']);
  expect(open.stderr).toContain('warning: ./all.yaml is writable by everybody (0666)');
});

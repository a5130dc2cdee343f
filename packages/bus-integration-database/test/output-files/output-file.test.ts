import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperationError } from '../../src/contract/errors.ts';
import type { Output } from '../../src/model/output.ts';
import type { ConnectionStrings } from '../../src/output-files/connection-string.ts';
import { createOutputDirectory, type OutputDirectory } from '../../src/output-files/directory.ts';
import {
  discardStaged,
  promoteFile,
  readPairs,
  stageFile,
  type WholeFile,
} from '../../src/output-files/output-file.ts';
import { Secret } from '../../src/secrets/secret.ts';

/** Lines of the form `svc app password`; anything else is broken. */
const strings = {
  read: (line: Secret, { connections }: Output) => {
    const [user, name, password] = line.reveal().split(' ');
    return connections.map(({ database, role }) =>
      user === role && name === database && password !== undefined
        ? { state: 'present', endpoint: {}, password: new Secret(password) }
        : { state: 'broken', reason: 'it is of another login' },
    );
  },
} as Partial<ConnectionStrings> as ConnectionStrings;

let path: string;
let directory: OutputDirectory;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'output-file-'));
  directory = createOutputDirectory({ shown: './dsn', path, uid: process.getuid?.() ?? 0 }, strings);
});
afterEach(() => {
  directory[Symbol.dispose]();
  rmSync(path, { recursive: true });
});

const write = (name: string, text: string) => writeFileSync(join(path, name), text, { mode: 0o600 });
const read = (name: string) => readFileSync(join(path, name), 'utf8');

/** What is there now, as a run reads it before it decides. */
function look(): WholeFile {
  const [pair] = readPairs(directory, {
    outputs: new Map([['app.dsn', { form: 'uri', connections: [{ database: 'app', role: 'svc' }], file: 'app.dsn' }]]),
  });
  if (pair === undefined) throw new Error('a login has a file');
  return [pair];
}

function refusal(work: () => void): string | undefined {
  try {
    work();
  } catch (error) {
    return error instanceof OperationError ? error.diagnostics[0]?.code : String(error);
  }
  return undefined;
}

describe('stageFile', () => {
  it('writes a line beside the file, readable by its owner alone whatever the umask, and leaves the file', () => {
    write('app.dsn', 'svc app old\n');
    const umask = process.umask(0);
    stageFile(directory, look(), 'svc app new');
    process.umask(umask);
    expect([read('app.dsn'), read('app.dsn.staged')]).toEqual(['svc app old\n', 'svc app new\n']);
    expect(statSync(join(path, 'app.dsn.staged')).mode & 0o777).toBe(0o600);
  });

  it('replaces the staged file that was seen', () => {
    write('app.dsn.staged', 'svc app seen\n');
    stageFile(directory, look(), 'svc app new');
    expect(read('app.dsn.staged')).toBe('svc app new\n');
  });

  it.each([
    ['another password than the one seen', 'svc app seen\n', 'svc app theirs\n'],
    ['one where none was seen', undefined, 'svc app theirs\n'],
  ])('leaves what another run staged meanwhile: %s', (_, seen, theirs) => {
    if (seen !== undefined) write('app.dsn.staged', seen);
    const pair = look();
    write('app.dsn.staged', theirs);
    expect(refusal(() => stageFile(directory, pair, 'svc app new'))).toBe('staged-file-changed');
    expect(read('app.dsn.staged')).toBe(theirs);
  });

  it('follows no link that was put in its way', () => {
    write('elsewhere', 'precious\n');
    const pair = look();
    symlinkSync('elsewhere', join(path, 'app.dsn.staged'));
    expect(refusal(() => stageFile(directory, pair, 'svc app new'))).toBe('staged-file-changed');
    expect(read('elsewhere')).toBe('precious\n');
  });
});

describe('promoteFile', () => {
  it('puts the staged file in the place of the old one', () => {
    write('app.dsn', 'svc app old\n');
    write('app.dsn.staged', 'svc app new\n');
    promoteFile(directory, look());
    expect(readdirSync(path)).toEqual(['app.dsn']);
    expect(read('app.dsn')).toBe('svc app new\n');
  });

  it.each([
    ['another password', () => write('app.dsn.staged', 'svc app theirs\n')],
    ['another login', () => write('app.dsn.staged', 'other app new\n')],
    ['nothing', () => rmSync(join(path, 'app.dsn.staged'))],
  ])('keeps the old one where the staged file holds %s by then', (_, change) => {
    write('app.dsn', 'svc app old\n');
    write('app.dsn.staged', 'svc app new\n');
    const pair = look();
    change();
    expect(refusal(() => promoteFile(directory, pair))).toBe('staged-file-changed');
    expect(read('app.dsn')).toBe('svc app old\n');
  });

  it('takes no staged file that others could have written', () => {
    write('app.dsn.staged', 'svc app new\n');
    const pair = look();
    chmodSync(join(path, 'app.dsn.staged'), 0o666);
    expect(refusal(() => promoteFile(directory, pair))).toBe('secret-file');
    expect(readdirSync(path)).toEqual(['app.dsn.staged']);
  });
});

describe('discardStaged', () => {
  it('removes the staged file that was seen, and nothing else', () => {
    write('app.dsn', 'svc app old\n');
    write('app.dsn.staged', 'svc app new\n');
    discardStaged(directory, look());
    expect(readdirSync(path)).toEqual(['app.dsn']);
  });

  it('keeps one that holds another password by then', () => {
    write('app.dsn.staged', 'svc app new\n');
    const pair = look();
    write('app.dsn.staged', 'svc app theirs\n');
    expect(refusal(() => discardStaged(directory, pair))).toBe('staged-file-changed');
    expect(read('app.dsn.staged')).toBe('svc app theirs\n');
  });
});

describe('readPairs', () => {
  it('reads a file and its staged twin, and takes garbage for a broken one', () => {
    write('app.dsn', 'two\nlines\n');
    write('app.dsn.staged', 'svc app new\n');
    expect(look()[0]).toMatchObject({
      file: 'app.dsn',
      path: './dsn/app.dsn',
      live: { state: 'broken' },
      staged: { state: 'present' },
    });
  });
});

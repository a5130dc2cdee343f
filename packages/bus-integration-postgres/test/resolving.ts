// A home directory of its own for each test, and resolveDsn in it: nothing of this machine's settings is seen.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { advise, OperationError, wordedText } from 'bus-integration-database';
import { afterEach, beforeEach, expect } from 'vitest';
import { type LibpqEnvironment, resolveDsn } from '../src/conninfo/conninfo.ts';
import type { ConnectionTarget } from '../src/conninfo/target.ts';
import { parseDsn } from '../src/dsn/dsn.ts';

export interface Place {
  /** The working directory of a test, and the default socket directory. */
  readonly path: string;
  readonly home: string;
  /** Writes a file below the place, 0600 unless told; gives its path. */
  write(path: string, content?: string | Buffer, mode?: number): string;
  resolved(dsn: string, env?: LibpqEnvironment['env'], more?: Partial<LibpqEnvironment>): Promise<ConnectionTarget>;
  /** The message of the error, with `…` for the place's path. */
  refusal(dsn: string, env?: LibpqEnvironment['env']): Promise<string>;
  /** The warnings, with `…` for the place's path. */
  warnings(dsn: string): Promise<readonly string[]>;
}

/** Call it once in a test file; what it gives is good inside tests. */
export function usePlace(): Place {
  let path = '';
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'bus-conninfo-'));
    mkdirSync(join(path, 'home/.postgresql'), { recursive: true });
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));
  const place: Place = {
    get path() {
      return path;
    },
    get home() {
      return join(path, 'home');
    },
    write(name, content = '', mode = 0o600) {
      // Who isn't root can't write into a file of mode 0400 once more.
      rmSync(join(path, name), { force: true });
      writeFileSync(join(path, name), content);
      chmodSync(join(path, name), mode);
      return join(path, name);
    },
    resolved(dsn, env = {}, more = {}) {
      return resolveDsn(parseDsn(dsn), {
        env: { PGSYSCONFDIR: join(path, 'etc'), ...env },
        homeDirectory: join(path, 'home'),
        osUser: 'ann',
        cwd: path,
        socketDirectories: [join(path, 'absent'), path],
        ...more,
      });
    },
    async refusal(dsn, env) {
      const error = await place.resolved(dsn, env).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(OperationError);
      expect((error as OperationError).errorClass).toBe('invalid-request');
      return (error as OperationError).message.replaceAll(path, '…');
    },
    async warnings(dsn) {
      const { warnings } = await place.resolved(dsn);
      const texts = warnings.map(({ text, remedy }) =>
        [wordedText(text), advise(remedy).remedy ?? []].flat().join(' | '),
      );
      return texts.map((text) => text.replaceAll(path, '…'));
    },
  };
  return place;
}

export function passwordsOf(target: ConnectionTarget): readonly (string | undefined)[] {
  return target.addresses.map(({ password }) => password?.reveal());
}

// What an env file says to a shell that sources it, to systemd and to docker compose.
import { spawnSync } from 'node:child_process';
import { OperationError } from 'bus-integration-database';
import { describe, expect, it } from 'vitest';
import { writeOutput } from '../../src/output-forms/index.ts';
import { oddConnections, outputOf } from './odd-connections.ts';

const names = ['PGUSER', 'PGDATABASE', 'PGPASSWORD', 'URL_0'] as const;
type Found = Readonly<Record<string, string | undefined>>;

/** Texts of both kinds of env file, with what each variable is to hold. */
function files(seed: number, count: number): { readonly text: string; readonly expected: Found }[] {
  const odd = oddConnections(seed);
  return Array.from({ length: count }, () => odd.connection()).flatMap((one) => {
    try {
      const plain = writeOutput(outputOf('env', [one]), [one]);
      const named = writeOutput(outputOf('env', [one], true), [one]);
      const uri = writeOutput(outputOf('uri', [one]), [one]);
      const expected = { PGUSER: one.user, PGDATABASE: one.database, PGPASSWORD: one.password, URL_0: uri };
      return [{ text: `${plain}\n${named}\n`, expected }];
    } catch (error) {
      if (error instanceof OperationError) return [];
      throw error;
    }
  });
}

const readers: Readonly<Record<string, (text: string) => Found>> = {
  'a POSIX shell': byShell,
  systemd: bySystemd,
  'docker compose': byCompose,
};

describe.each(Object.entries(readers))('%s', (title, reader) => {
  it('reads what was meant, whatever names and passwords hold', () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const made = files(seed, title === 'a POSIX shell' ? 300 : 3000);
    expect(made.length).toBeGreaterThan(30);
    for (const { text, expected } of made)
      expect({ seed, text, found: reader(text) }).toMatchObject({ seed, text, found: expected });
  });

  it.each(['a\\', `'"x`, "'`id`"])(
    'would read %j otherwise than the others, or takes some way of writing it',
    (value) => {
      // Whichever of the two ways of quoting is taken, not all three agree: that is why it is refused.
      const ways = [`PGUSER='${value}'\n`, `PGUSER="${value}"\n`];
      const agreed = ways.some((way) => Object.values(readers).every((one) => safely(one, way) === value));
      expect(agreed).toBe(false);
    },
  );
});

function safely(one: (text: string) => Found, text: string): string | undefined {
  try {
    return one(text).PGUSER;
  } catch {
    return undefined;
  }
}

function byShell(text: string): Found {
  const script = `${text}\nfor name in ${names.join(' ')}; do eval "printf '%s\\\\0' \\"\\$$name\\""; done`;
  const { stdout, stderr, status } = spawnSync('sh', ['-c', script], { encoding: 'utf8', env: { HOME: '/nowhere' } });
  if (status !== 0) throw new Error(stderr);
  const values = stdout.split('\0');
  return Object.fromEntries(names.map((name, index) => [name, values[index]]));
}

/** The states of systemd's own reader of EnvironmentFile=: https://github.com/systemd/systemd/blob/main/src/basic/env-file.c */
function bySystemd(text: string): Found {
  const found: Record<string, string> = {};
  for (const [, name = '', written = ''] of text.matchAll(/^(\w+)=(.*)$/gm)) {
    let [state, value] = ['before' as 'before' | 'bare' | "'" | '"', ''];
    for (let at = 0; at < written.length; at += 1) {
      const character = written.charAt(at);
      const next = written.charAt(at + 1);
      if (state === "'" || state === '"') {
        if (character === state) state = 'before';
        else if (state === '"' && character === '\\') {
          value += '"\\`$'.includes(next) ? next : `\\${next}`;
          at += 1;
        } else value += character;
      } else if (state === 'before' && (character === "'" || character === '"')) state = character;
      else if (character === '\\') {
        value += next;
        at += 1;
        state = 'bare';
      } else if (state === 'bare' || !' \t\r'.includes(character)) {
        value += character;
        state = 'bare';
      }
    }
    found[name] = state === 'bare' ? value.replace(/[ \t\r]+$/, '') : value;
  }
  return found;
}

/** The rules of compose: https://github.com/compose-spec/compose-go/blob/main/dotenv/parser.go */
function byCompose(text: string): Found {
  const found: Record<string, string> = {};
  const expanded = (value: string) =>
    value.replace(/\\?\$(?:\{?(\w+)[^}]*\}?)?/g, (whole, name?: string) =>
      whole.startsWith('\\') ? whole.slice(1) : name === undefined ? whole : (found[name] ?? ''),
    );
  for (const [, name = '', written = ''] of text.matchAll(/^(\w+)[=:](.*)$/gm)) {
    const quote = written[0];
    if (quote !== "'" && quote !== '"') {
      found[name] = expanded((written.split('#')[0] ?? '').trimEnd());
      continue;
    }
    let end = written.indexOf(quote, 1);
    while (end > 0 && written[end - 1] === '\\') end = written.indexOf(quote, end + 1);
    if (end < 0) throw new Error('unterminated quoted value');
    if (written.slice(end + 1).trim() !== '') throw new Error('unexpected character in variable name');
    const inner = written.slice(1, end);
    found[name] =
      quote === "'"
        ? inner
        : expanded(
            inner
              .replace(/\\n/g, '\n')
              .replace(/\\r/g, '\r')
              .replace(/\\([^$])/g, '$1'),
          );
  }
  return found;
}

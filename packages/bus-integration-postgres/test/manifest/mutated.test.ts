// Manifests that somebody wrote, with some of it cut out, doubled, moved or overwritten: each is read or told what is wrong
// with it, in a time, and nothing that is secret in it is ever shown. MANIFEST_RUNS chooses how many.
import { Ajv } from 'ajv';
import { manifestText, schemaDocument } from 'bus-integration-database/manifest';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { manifestTitle, postgresManifest } from '../../src/manifest/index.ts';
import { above, badFiles } from './bad-files.ts';
import { goodFiles, goodText, read } from './reading.ts';

const runs = Number(process.env.MANIFEST_RUNS ?? 1_500);
const longestMs = 2_000;
const secret = 'Xq7-hunter2-vault';

const isValid = new Ajv({ strict: false }).compile(schemaDocument(postgresManifest.shape, manifestTitle));
const texts = [...goodFiles.map(goodText), ...badFiles.map(({ under = 'head', text }) => `${above[under]}${text}`)];
const bits = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ':',
    ': ',
    ',',
    '- ',
    '? ',
    '"',
    "'",
    '#',
    '|',
    '>',
    '&a ',
    '*a',
    '!',
    '%',
    '@',
    '`',
    '\t',
    '\n',
    '\r',
  ],
  ...[
    '\n  ',
    '  ',
    '<<',
    '~',
    'null',
    'true',
    'no',
    '-1',
    '1e9',
    '0x1f',
    '.nan',
    '{}',
    '[]',
    '---\n',
    '...\n',
    '\0',
    '\ufeff',
  ],
  ...[
    'roles',
    'access',
    'none',
    'read',
    'tables',
    'app',
    '{database}',
    '../',
    '\u{1f600}',
    '\ud800',
    '__proto__',
    'constructor',
  ],
];

type Change = readonly [at: number, cut: number, put: string];

function changed(text: string, changes: readonly Change[]): string {
  return changes.reduce((made, [at, cut, put]) => {
    const place = Math.floor(at * made.length);
    return `${made.slice(0, place)}${put}${made.slice(place + cut)}`;
  }, text);
}

/** Of doubles nearly all are nearly 0. */
const anywhere = fc.noBias(fc.nat(999_999)).map((part) => part / 1_000_000);
const change = fc.tuple(
  anywhere,
  fc.oneof(fc.nat(2), fc.nat(12)),
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...bits) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  ),
);
const changes = fc.array(change, { maxLength: 5 });
/** Of which some are right all the same. */
const oneChange = fc.tuple(fc.constantFrom(...goodFiles.map(goodText)), fc.tuple(change));
const severalChanges = fc.tuple(fc.constantFrom(...texts), changes);

/** Lines that hold a secret, as people will write them; they stay whole. */
const secretLines = [
  `password: ${secret}`,
  `"admin_password": "${secret}"`,
  `settings: {my.api_token: ${secret}}`,
  `application_name: postgres://app:${secret}@10.0.3.7/orders`,
  `app: {login: true, pasword: ${secret}, connections: 4}`,
  `- {role: app, database: orders, sql: "ALTER ROLE app PASSWORD '${secret}'"}`,
  `x: host=h user=u password=${secret} port=5432`,
  `# password: ${secret}`,
];

function shownOf(text: string): string {
  const { lines, diagnostics } = read(text);
  return `${lines.join('\n')}\n${JSON.stringify(diagnostics)}`;
}

it(`${runs} changed manifests are read, or told what is wrong with them`, { timeout: 3_600_000 }, () => {
  const seen = { right: 0, wrong: 0 };
  fc.assert(
    fc.property(fc.oneof(oneChange, severalChanges), ([text, list]) => {
      const made = changed(text, list);
      const begun = process.cpuUsage();
      const { expanded, lines } = read(made);
      expect(process.cpuUsage(begun).user / 1_000).toBeLessThan(longestMs);
      expect(expanded === undefined).toBe(lines.length > 0);
      seen[expanded === undefined ? 'wrong' : 'right'] += 1;
      if (expanded === undefined) {
        expect(lines[0]).toMatch(/^f:\d+:\d+: /);
        return;
      }
      const again = manifestText(postgresManifest.fileOf(expanded));
      expect(read(again).lines).toEqual([]);
      isValid(parse(made, { schema: 'core', merge: false, logLevel: 'silent' }));
      expect(isValid.errors ?? []).toEqual([]);
    }),
    { numRuns: runs, seed: 20_261_129 },
  );
  expect(Math.min(seen.right, seen.wrong)).toBeGreaterThan(runs / 50);
});

it(`${runs} with a secret in them show nothing of it`, { timeout: 3_600_000 }, () => {
  const line = fc.tuple(fc.constantFrom(...secretLines), anywhere, fc.nat(6));
  fc.assert(
    fc.property(
      fc.constantFrom(...texts.filter((text) => !text.includes('hunter2'))),
      changes,
      line,
      (text, list, [put, at, indent]) => {
        const lines = changed(text, list).split('\n');
        lines.splice(Math.floor(at * (lines.length + 1)), 0, `${' '.repeat(indent)}${put}`);
        expect(shownOf(lines.join('\n'))).not.toContain('hunter2');
      },
    ),
    { numRuns: runs, seed: 20_261_130 },
  );
});

// The OpenCLI document of every binary: as the draft of 0.1 has it, and the same flags and keys as help, parser and README.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

const packages = fileURLToPath(new URL('../packages', import.meta.url));
const binaries = {
  bus: 'bus/bin/bus.js',
  'bus operator': 'bus/bin/bus-operator.js',
  'bus operator database': 'bus-operator-database/bin/bus-operator-database.js',
  'bus-integration-database': 'bus-integration-database/bin/bus-integration-database.js',
  'bus-integration-postgres': 'bus-integration-postgres/bin/bus-integration-postgres.js',
  'bus-api-provider-database': 'bus-api-provider-database/bin/bus-api-provider-database.js',
} as const;

interface Variable {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly secret: boolean;
  readonly default?: string;
}

interface Command {
  readonly name: string;
  readonly options?: readonly { readonly name: string }[];
  readonly commands?: readonly Command[];
  readonly exitCodes?: readonly { readonly code: number }[];
}

type Document = Command & {
  readonly info: { readonly title: string };
  readonly metadata?: readonly [{ readonly name: 'io.busdk.environment'; readonly value: readonly Variable[] }];
};

function tryTo(binary: keyof typeof binaries, ...args: string[]) {
  const env = { PATH: process.env.PATH, HOME: '/nonexistent' };
  return spawnSync(`${packages}/${binaries[binary]}`, args, { encoding: 'utf8', env });
}

function go(binary: keyof typeof binaries, ...args: string[]) {
  const { status, stdout, stderr } = tryTo(binary, ...args);
  expect({ status, stderr }, `${binary} ${args.join(' ')}`).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const text = { type: 'string', minLength: 1 };
const flag = { type: 'boolean' };
const list = (items: object) => ({ type: 'array', items });
const only = (required: readonly string[], properties: object) => {
  return { type: 'object', additionalProperties: false, required, properties };
};
const metadata = list(only(['name'], { name: text, value: {} }));
const exitCodes = list(only(['code'], { code: { type: 'integer' }, description: text }));
const argument = only(['name'], {
  name: text,
  required: flag,
  arity: only([], { minimum: { type: 'integer', minimum: 0 }, maximum: { type: 'integer', minimum: 0 } }),
  acceptedValues: list(text),
  group: text,
  description: text,
  hidden: flag,
  metadata,
});
const option = only(['name'], {
  name: { type: 'string', pattern: '^--[a-z]' },
  required: flag,
  aliases: { type: 'array', uniqueItems: true, items: { type: 'string', pattern: '^-' } },
  arguments: list(argument),
  group: text,
  description: text,
  recursive: flag,
  hidden: flag,
  metadata,
});
const common = {
  options: list(option),
  arguments: list(argument),
  commands: list({ $ref: '#/$defs/command' }),
  exitCodes,
  examples: list(text),
  interactive: flag,
  metadata,
};
const license = only([], { name: text, identifier: text, url: text });
/** The fields of the draft, and no others: https://opencli.org */
const schema = {
  ...only(['opencli', 'info'], {
    opencli: { const: '0.1' },
    info: only(['title', 'version'], {
      title: text,
      summary: text,
      description: text,
      license,
      version: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+$' },
    }),
    conventions: only([], { groupOptions: flag, optionArgumentSeparator: text }),
    ...common,
  }),
  $defs: { command: only(['name'], { name: text, aliases: list(text), description: text, hidden: flag, ...common }) },
};
const validate = new Ajv2020({ strict: false }).compile(schema);

describe.each(Object.keys(binaries) as (keyof typeof binaries)[])('%s', (binary) => {
  const document = JSON.parse(go(binary, 'help', '--format', 'opencli')) as Document;

  it('has a valid document, the same by each way of asking', () => {
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect(document.info.title).toBe(binary);
    for (const args of [
      ['help', '--format', 'json'],
      ['-f', 'opencli', 'help'],
      ['-h', '-f', 'opencli'],
    ])
      expect(JSON.parse(go(binary, ...args)), args.join(' ')).toEqual(document);
    expect(go(binary, 'help', '--format', 'text')).toBe(go(binary, '--help'));
  });

  it('writes help and version to the file of -o, and leaves what others wrote', () => {
    const directory = mkdtempSync(join(tmpdir(), 'open-cli-'));
    try {
      const there = (name: string) => readFileSync(join(directory, name), 'utf8');
      expect(go(binary, 'help', '-f', 'opencli', '-o', join(directory, 'help.json'))).toBe('');
      expect(JSON.parse(there('help.json'))).toEqual(document);
      expect(go(binary, '-C', directory, '-o', 'help.json', '--help')).toBe('');
      expect(there('help.json')).toBe(go(binary, '--help'));
      expect(go(binary, '-C', directory, '--version', '--output', 'help.json')).toBe('');
      expect(there('help.json')).toBe(go(binary, '-V'));
      expect(go(binary, '-C', directory, '-o', 'help.json', 'help')).toBe('');

      writeFileSync(join(directory, 'other.sh'), 'bus operator database plan\n');
      const { status, stdout, stderr } = tryTo(binary, '-C', directory, 'help', '-o', 'other.sh');
      expect({ status, stdout }).toEqual({ status: 1, stdout: go(binary, '--help') });
      expect(stderr).toContain('other.sh is there already and is not a result of this command');
      expect(there('other.sh')).toBe('bus operator database plan\n');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('has the flags, commands and exit statuses of its help', () => {
    const compare = (help: string, command: Command, inherited: readonly string[]) => {
      const shown = [...help.matchAll(/^ +(?:-., )?(--[a-z-]+)(?: |$)/gm)].map((found) => found[1] ?? '');
      const told = [...(command.options ?? []).map(({ name }) => name), ...inherited];
      expect([...new Set(shown)].sort(), command.name).toEqual([...new Set(told)].sort());
      for (const { code } of command.exitCodes ?? [])
        expect(help, command.name).toMatch(new RegExp(`^  ${code > 128 ? '128\\+n' : code}  `, 'm'));
    };
    compare(go(binary, '--help'), document, []);
    const global = (document.options ?? []).map(({ name }) => name);
    for (const command of document.commands ?? []) {
      const own = (command.options ?? []).map(({ name }) => name);
      const help = go(binary, command.name, '--help');
      const inherited = global.filter((name) => new RegExp(`${name}( |$)`, 'm').test(help) && !own.includes(name));
      compare(help, command, inherited);
      const alone = JSON.parse(go(binary, command.name, 'help', '-f', 'opencli')) as Document;
      expect(validate(alone), JSON.stringify(validate.errors)).toBe(true);
      const names = (alone.options ?? []).map(({ name }) => name);
      expect(names, command.name).toEqual(expect.arrayContaining(own));
    }
  });
});

it('the keys of bus operator database are those of the README, each with its meaning', () => {
  const { metadata: said } = JSON.parse(go('bus operator database', 'help', '-f', 'opencli')) as Document;
  const variables = said?.[0].value ?? [];
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const table = readme.split('| key | meaning |')[1]?.split('\n\n')[0] ?? '';
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  const inReadme = rows.flatMap((row) => {
    const [, cell = ''] = row.split('|');
    const [first = '', ...others] = [...cell.matchAll(/`([A-Z_]+)`/g)].map((found) => found[1] ?? '');
    const base = first.replace(/_[A-Z]+$/, '');
    return [first, ...others.map((name) => (name.startsWith('_') ? base + name : name))];
  });
  const elsewhere = ['BUS_POSTGRES_ADMIN_DSN_SECRET', 'BUS_DATABASE_CREDENTIAL_REFERENCES'];
  const tokens = ['BUS_OPERATOR_TOKEN', 'BUS_INTERNAL_TOKEN'];
  const names = variables.map(({ name }) => name);
  expect(names.filter((name) => ![...elsewhere, ...tokens].includes(name)).sort()).toEqual(inReadme.sort());
  for (const name of tokens) expect(readme).toContain(`\`${name}\``);
  expect(variables).toEqual(
    expect.arrayContaining([
      { name: 'BUS_DEPLOYMENT_ID', description: expect.any(String), required: true, secret: false },
      { name: 'BUS_POSTGRES_ADMIN_DSN', description: expect.any(String), required: false, secret: true },
      {
        name: 'BUS_DATABASE_PROVIDER',
        description: expect.any(String),
        required: false,
        secret: false,
        default: 'postgres',
      },
    ]),
  );
});

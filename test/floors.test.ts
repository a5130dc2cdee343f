import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const packages = join(import.meta.dirname, '..', 'packages');

/** A package imports only from packages of lower floors. */
const floors: Readonly<Record<string, number>> = {
  'bus-integration-database': 1,
  'bus-integration-postgres': 2,
  'bus-operator-database': 3,
  'bus-api-provider-database': 3,
  bus: 4,
};

/** A package's rooms, the folders of its `src`: one imports only from those after it, and from itself. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  'bus-integration-database': [
    'command-line',
    'worker',
    'transports/http',
    'transports/nats',
    'transports',
    'run',
    'report',
    'credentials',
    'output-files',
    'config',
    'config/env-file',
    'manifest',
    'manifest/shapes',
    'manifest/text',
    'secrets',
    'git',
    'model',
    'contract',
    'text',
  ],
  'bus-integration-postgres': [
    'commands',
    'describe',
    'doctor',
    'report',
    'verify',
    'verify/connectivity',
    'verify/connectivity/settings',
    'verify/connectivity/objects',
    'verify/access',
    'verify/listener',
    'verify/listener/policy',
    'verify/listener/matching',
    'apply',
    'survey',
    'plan',
    'desired',
    'asked',
    'kinds',
    'kinds/retirement',
    'kinds/access',
    'kinds/databases',
    'kinds/roles',
    'kinds/owners',
    'kinds/kind',
    'credentials',
    'ownership',
    'run',
    'observe',
    'hba',
    'hba/parse',
    'hba/rules',
    'hba/regex',
    'connection',
    'connection/challenge',
    'connection/session',
    'connection/authentication',
    'connection/tls',
    'connection/network',
    'sql/verify',
    'sql',
    'output-forms',
    'conninfo',
    'conninfo/settings',
    'dsn',
    'manifest',
    'manifest/shapes',
    'text',
  ],
  'bus-operator-database': ['commands', 'output', 'render', 'api', 'command-line'],
  'bus-api-provider-database': ['http', 'jobs', 'deployments', 'auth', 'report'],
  bus: ['completion', 'command-line', 'environment'],
};
/** Rooms in which commands are put together: they may use what stands outside of all rooms. */
const roomsOfCommands: readonly string[] = ['commands'];

interface Import {
  readonly file: string;
  readonly specifier: string;
}

function withoutComments(text: string): string {
  return text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
}

/** Every module that a text names in an import, an export … from, or an import(). */
function specifiersIn(text: string): string[] {
  const found = withoutComments(text).matchAll(/(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)(['"])([^'"\s,]+)\1/g);
  return [...found].map(([, , specifier = '']) => specifier);
}

function sourcesOf(name: string): string[] {
  const folder = join(packages, name, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
}

function importsOf(name: string): Import[] {
  return sourcesOf(name).flatMap((file) =>
    specifiersIn(readFileSync(file, 'utf8')).map((specifier) => ({ file: file.slice(packages.length + 1), specifier })),
  );
}

/** Each circle once, from the file at which it closes to the same. */
function circlesIn(imported: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file]);
    if (path.includes(file) || done.has(file)) return;
    for (const next of imported.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of imported.keys()) visit(file, []);
  return circles;
}

describe('floors', () => {
  it('knows every package', () => {
    expect(readdirSync(packages).sort()).toEqual(Object.keys(floors).sort());
  });

  it('sees every form of import', () => {
    const text = [
      "import { a } from 'a';",
      "import type { b } from 'b';",
      "export * from 'c';",
      "const d = await import('d');",
      "import 'e';",
      "type F = typeof import('f');",
      "import {\n  g,\n} from 'g';",
      "// import 'comment';",
    ].join('\n');
    expect(specifiersIn(text)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  });

  it.each(Object.entries(floors))('%s imports only from below', (name, floor) => {
    const imports = importsOf(name);
    expect(imports.length).toBeGreaterThan(0);
    const upward = imports.filter(({ specifier }) => {
      const [owner = ''] = specifier.split('/');
      return Object.hasOwn(floors, owner) && (floors[owner] ?? 0) >= floor;
    });
    expect(upward).toEqual([]);
  });

  it.each(Object.keys(floors))('%s leaves its own folder only by package names', (name) => {
    const folder = join(packages, name, 'src');
    const outside = importsOf(name).filter(
      ({ file, specifier }) =>
        specifier.startsWith('.') && !join(packages, file, '..', specifier).startsWith(`${folder}/`),
    );
    expect(outside).toEqual([]);
  });

  it.each(Object.keys(floors))('%s has no circle of imports, of types neither', (name) => {
    const root = join(packages, name, 'src');
    const imported = new Map<string, string[]>();
    for (const { file, specifier } of importsOf(name)) {
      const from = join(packages, file);
      const to = specifier.startsWith('.') ? [join(from, '..', specifier)] : [];
      imported.set(from, [...(imported.get(from) ?? []), ...to]);
    }
    expect(circlesIn(imported).map((circle) => circle.map((file) => file.slice(root.length + 1)))).toEqual([]);
  });

  it.each(Object.entries(rooms))('%s: a room imports only from rooms after it', (name, order) => {
    const root = join(packages, name, 'src');
    const roomOf = (file: string) => relative(root, dirname(file));
    const found = new Set(sourcesOf(name).map(roomOf));
    expect([...found].filter((room) => room !== '').sort()).toEqual([...order].sort());
    const upward = importsOf(name).flatMap(({ file, specifier }) => {
      const from = join(packages, file);
      const to = join(from, '..', specifier);
      const [here, there] = [roomOf(from), roomOf(to)];
      if (!specifier.startsWith('.') || here === there || here === '') return [];
      const isDown = there === '' ? roomsOfCommands.includes(here) : order.indexOf(there) > order.indexOf(here);
      return isDown ? [] : [`${relative(root, from)} imports ${relative(root, to)}`];
    });
    expect(upward).toEqual([]);
  });

  it('ARCHITECTURE.md tells of every room', () => {
    const text = readFileSync(join(packages, '..', 'ARCHITECTURE.md'), 'utf8');
    const untold = Object.entries(rooms).flatMap(([name, order]) => {
      const [, part = ''] = text.split(`### ${name}\n`);
      const [section = ''] = part.split('\n#');
      return order.filter((room) => !section.includes(`\`${room}\``)).map((room) => `${name}: ${room}`);
    });
    expect(untold).toEqual([]);
  });

  it('finds a circle, and not what is only imported twice', () => {
    const imported = new Map([
      ['a', ['b', 'c']],
      ['b', ['d']],
      ['c', ['d']],
      ['d', ['c']],
    ]);
    expect(circlesIn(imported)).toEqual([['d', 'c', 'd']]);
  });

  it('names in package.json what it imports', () => {
    for (const name of Object.keys(floors)) {
      const manifest = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'));
      const declared = [
        ...Object.keys(manifest.dependencies ?? {}),
        ...Object.keys(manifest.optionalDependencies ?? {}),
        ...Object.keys(manifest.peerDependencies ?? {}),
      ];
      const used = importsOf(name)
        .map(({ specifier }) => specifier)
        .filter((specifier) => !/^(\.|node:)/.test(specifier));
      const undeclared = used.filter(
        (specifier) => !declared.some((dependency) => `${specifier}/`.startsWith(`${dependency}/`)),
      );
      expect(undeclared, name).toEqual([]);
    }
  });

  it('no type has the name of another one that is exported', () => {
    const declared = Object.keys(floors)
      .flatMap(sourcesOf)
      .flatMap((file) => {
        const found = readFileSync(file, 'utf8').matchAll(/^(export )?(?:interface|type|class) (\w+)/gm);
        return [...found].map(([, exported, name = '']) => ({ name, file, isExported: exported !== undefined }));
      });
    expect(declared.length).toBeGreaterThan(300);
    const exported = declared.filter(({ isExported }) => isExported);
    const twice = exported.flatMap(({ name, file }) =>
      declared
        .filter((other) => other.name === name && other.file !== file)
        .map((other) => `${name}: ${relative(packages, file)}, ${relative(packages, other.file)}`),
    );
    expect(twice).toEqual([]);
  });

  it('the first floor and the surfaces know no provider, except in the lists of their composition roots', () => {
    const words =
      /postgres|pg_|libpq|psql|sslmode|sslrootcert|5432|\bpublic\b|socket director|verifier|system.?identifier/i;
    const exactWords = /UTF8/;
    const actions = /\b(create|alter|adopt)-(role|database|schema)\b|\b(grant|revoke)-privileges\b/;
    const lists = [
      'bus-integration-database/src/main.ts',
      'bus-operator-database/src/providers.ts',
      'bus-operator-database/src/postgres-provider.ts',
      'bus-operator-database/src/postgres-manifest.ts',
      'bus-operator-database/src/command-line/provider-words.ts',
      'bus-api-provider-database/src/deployments/providers.ts',
    ];
    const neutral = ['bus-integration-database', 'bus-operator-database', 'bus-api-provider-database'];
    const lines = neutral
      .flatMap(sourcesOf)
      .filter((file) => !lists.includes(relative(packages, file)))
      .flatMap((file) =>
        withoutComments(readFileSync(file, 'utf8'))
          .split('\n')
          .map((text, index) => ({ text, place: `${relative(packages, file)}:${index + 1}: ${text.trim()}` })),
      );
    expect(lines.length).toBeGreaterThan(100);
    const knowing = lines.filter(({ text }) => [words, exactWords, actions].some((known) => known.test(text)));
    expect(knowing.map(({ place }) => place)).toEqual([]);
  });

  it('tests stand in folders that the source has too', () => {
    const foldersOf = (path: string) =>
      new Set(
        readdirSync(path, { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.ts'))
          .map(dirname),
      );
    const strange = Object.keys(floors).flatMap((name) => {
      const rooms = foldersOf(join(packages, name, 'src'));
      const tests = readdirSync(join(packages, name, 'test'), { recursive: true, encoding: 'utf8' });
      const folders = new Set(tests.filter((file) => file.endsWith('.test.ts')).map(dirname));
      return [...folders].filter((folder) => !rooms.has(folder)).map((folder) => `${name}/test/${folder}`);
    });
    expect(strange).toEqual([]);
  });

  it('no plain text is made of advice or of words with paths in them, which would print as [object Object]', () => {
    const made = ['command', 'ownCommand', 'nextCommand', 'runs', 'remedyOf', 'say', 'wordingOf', 'wordingOfError'];
    const inText = new RegExp(`(\\w*)\`[^\`]*\\$\\{(?:${[...made, 'adminSource'].join('|')})[(\`]`, 'g');
    const offencesIn = (text: string) =>
      [...text.matchAll(inText)].filter(([, tag]) => tag !== 'say').map(([all]) => all);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what is looked for
    expect(offencesIn('say`${wordingOf(a)}`; `first: ${wordingOf(a)}`; `${command(b)}`')).toHaveLength(2);
    const found = Object.keys(floors).flatMap((name) =>
      sourcesOf(name).flatMap((file) => offencesIn(withoutComments(readFileSync(file, 'utf8')))),
    );
    expect(found).toEqual([]);
  });

  it('only composition roots read the environment, set exit codes or choose a provider', () => {
    const roots = /\/(main[^/]*|providers|postgres-provider|installation)\.ts$/;
    const offences = Object.keys(floors)
      .flatMap(sourcesOf)
      .filter((file) => !roots.test(file))
      .flatMap((file) => {
        const code = withoutComments(readFileSync(file, 'utf8'));
        const isChoosing = /from 'bus-integration-postgres'|import\('bus-integration-postgres'\)/.test(code);
        return /\bprocess\.(env|exitCode)\b/.test(code) || isChoosing ? [file.slice(packages.length + 1)] : [];
      });
    expect(offences).toEqual([]);
  });
});

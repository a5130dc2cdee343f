// What `bus` imports late, as scripts: each holds what is wanted together, and only those that a command line needs are read
// (packages/bus/src/late.ts). Scripts and no modules, because Node takes a code cache only for those.
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { parseSync } from 'oxc-parser';

/** By script, what it holds with all that this imports; a module that is imported late and not named has its own. */
const together = {
  late: [
    '<stdin>',
    'bus/src/run-word.ts',
    'bus/src/search-path.ts',
    'bus/src/usage.ts',
    'bus-operator-database/src/index.ts',
    'bus-integration-database/src/secrets/mask.ts',
  ],
  run: [
    'bus-operator-database/src/run.ts',
    'bus-operator-database/src/providers.ts',
    'bus-operator-database/src/postgres-provider.ts',
    'pg/esm/index.mjs',
  ],
};

/** Writes the scripts into `outdir`, and answers their paths. */
export async function writeLateScripts(outdir, options) {
  const { outputFiles, metafile } = await build({
    ...options,
    format: 'esm',
    splitting: true,
    write: false,
    metafile: true,
    outdir,
    banner: {},
    define: {},
  });
  const outputs = Object.entries(metafile.outputs).map(([path, output]) => ({ name: basename(path), ...output }));
  const scripts = scriptsOf(outputs);
  const place = new Map([...scripts].flatMap(([script, names]) => names.map((name, at) => [name, `${script}/${at}`])));
  const texts = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  mkdirSync(outdir, { recursive: true });
  return [...scripts].map(([script, names]) => {
    const parts = names.map((name) => `function(){${asFunction(name, texts.get(name), place)}}`);
    const path = join(outdir, `${script}.script.js`);
    writeFileSync(
      path,
      `(function(require,load,later){const navigator=${options.define.navigator};return[${parts.join(',\n')}]})`,
    );
    return path;
  });
}

/** The names of outputs by script. */
function scriptsOf(outputs) {
  const byName = new Map(outputs.map((output) => [output.name, output]));
  const placed = new Set();
  const withImports = (name) => {
    if (placed.has(name)) return [];
    placed.add(name);
    const imported = byName.get(name).imports.filter(({ kind, external }) => kind === 'import-statement' && !external);
    return [name, ...imported.flatMap(({ path }) => withImports(basename(path)))];
  };
  const scripts = Object.entries(together).map(([script, modules]) => {
    const entries = modules.flatMap((module) => outputs.filter(({ entryPoint }) => entryPoint?.endsWith(module)));
    return [script, entries.flatMap(({ name }) => withImports(name))];
  });
  // What is imported late only by something that is not in the program has an output too.
  const wanted = [...placed];
  for (const name of wanted) {
    const imported = byName.get(name).imports.filter(({ external }) => !external);
    wanted.push(...imported.map(({ path }) => basename(path)).filter((one) => !wanted.includes(one)));
  }
  const others = wanted.filter((name) => !placed.has(name));
  return new Map([...scripts, ...others.map((name) => [basename(name, '.js'), [name]])]);
}

/** A module's text as a function's body that answers its exports; other modules are asked for by their places. */
function asFunction(name, text, place) {
  // Such a module is filled when it is first used; names taken of it before would stay empty.
  if (text.includes('__esm(')) throw new Error(`${name}: what is imported must not be asked for by require()`);
  const { module, errors } = parseSync(name, text);
  if (errors.length > 0) throw new Error(`${name}: ${errors[0].message}`);
  const { staticImports, dynamicImports } = module;
  const [statement] = /export\{[^}]*\};\s*$/.exec(text) ?? [''];
  const end = text.length - statement.length;
  const changes = [
    ...staticImports.map(({ start, end, entries, moduleRequest: { value } }) => ({
      start,
      end,
      text: importText(entries, value, place),
    })),
    ...dynamicImports.map(({ start, end, moduleRequest }) => {
      const target = JSON.parse(text.slice(moduleRequest.start, moduleRequest.end));
      const isOurs = target.startsWith('./');
      return {
        start,
        end,
        text: isOurs ? `later(${placeText(target, place)})` : `Promise.resolve(require("${target}"))`,
      };
    }),
  ];
  let body = text.slice(0, end);
  for (const { start, end, text } of changes.sort((one, other) => other.start - one.start))
    body = body.slice(0, start) + text + body.slice(end);
  return `${body}return${exportText(statement)}`;
}

/** Nothing here changes what it exports once it was loaded; so a name is as good as a live binding. */
function importText(entries, path, place) {
  const source = path.startsWith('./') ? `load(${placeText(path, place)})` : `require(${JSON.stringify(path)})`;
  const named = entries.filter(({ importName }) => importName.kind === 'Name');
  const whole = entries.filter((entry) => !named.includes(entry));
  const names = named.map(({ importName, localName }) => `${importName.name}:${localName.value}`);
  return [
    ...(entries.length === 0 ? [`${source};`] : []),
    ...(names.length === 0 ? [] : [`const{${names.join(',')}}=${source};`]),
    ...whole.map(({ localName }) => `const ${localName.value}=${source};`),
  ].join('');
}

/** `export{one as other,third};` → `{other:one,third:third};` */
function exportText(statement) {
  return statement
    .replace(/^export/, '')
    .replace(/([\w$]+)(?: as ([\w$]+))?/g, (_, local, name = local) => `${name}:${local}`);
}

function placeText(path, place) {
  const found = place.get(basename(path));
  if (found === undefined) throw new Error(`${path} is in no script`);
  return JSON.stringify(found);
}

// Where files lie on this machine is kept out of answers: what a finding says of them is put relative, and where the
// admin DSN lies is not told at all, but by its key. Steps need none of it, the provider names their files so by itself.
// Pure.
import { resolve } from 'node:path';
import {
  type Configuration,
  mapFileCommands,
  mapFindings,
  printable,
  type Response,
  shellQuote,
} from 'bus-integration-database';

/**
 * Makes findings tell paths in the output directory relative to it, the admin DSN's file as its key, and others relative
 * to where the server runs.
 *
 * @example
 * const shown = showPaths(configuration, '/srv/shop');
 * shown(response).checks; // './bus_auth.dsn …', not '/srv/shop/local/dsn/bus_auth.dsn …'
 */
export function showPaths(configuration: Configuration, cwd: string): (response: Response) => Response {
  const { dsnOutputDirectory } = configuration;
  const directory = dsnOutputDirectory === undefined ? undefined : resolve(cwd, dsnOutputDirectory);
  const written = dsnOutputDirectory?.replace(/(?<=.)\/+$/, '');
  const rules = [
    ...[directory, written].filter((path) => path !== undefined && path.length > 1).map((path) => [path, '.'] as const),
    ...(cwd === '/' ? [] : [[cwd, '.'] as const]),
  ];
  const hidden = hideCredential(configuration, cwd);
  const nameDirectory = (command: string, lead: string, target?: string) =>
    lead + withKey(command, [directory, written], target);
  const shown = (text: string) => rules.reduce((told, [path = '', by]) => replacePath(told, path, by), text);
  const each = <T extends object>(finding: T): T => {
    const entries = Object.entries(hidden(finding)).map(([key, value]) => [
      key,
      isTold(key) && typeof value === 'string' ? shown(value) : value,
    ]);
    return Object.fromEntries(entries);
  };
  return (response) => mapFindings(mapFileCommands(response, nameDirectory), each);
}

/**
 * A command with the output directory as its key, which a shell on this machine knows, or stops at: what is `.` to the
 * reader of a message is another directory to a shell.
 */
function withKey(command: string, directories: readonly (string | undefined)[], target: string | undefined): string {
  if (command.startsWith('printf ')) return command;
  const forms = directories
    .filter((path) => path !== undefined && path.length > 1)
    .flatMap((path) => [shellQuote(`${path}/`), shellQuote(`${path}`)]);
  const own = target === '.' ? /(?<=\s)\.$/ : /(?!)/;
  return forms
    .reduce((told, form) => replacePath(told, form, outputDirectory), command)
    .replace(own, () => outputDirectory)
    .replace(dsnFile, () => outputDirectory);
}

const outputDirectory = `"$\{BUS_DATABASE_DSN_OUTPUT_DIR:?}"`;
/** The directory in the name of a DSN file as the provider tells it. */
const dsnFile = /(?<=\s)\.(?=\/[\w%-]+(?:\.[\w%-]+)?\.dsn\b)/g;

function isTold(key: string): boolean {
  return ['message', 'seen', 'remedy', 'target'].includes(key);
}

/** A finding of the admin DSN's file names its key instead, and of what lies around it or is linked to it nothing. */
function hideCredential({ credentials }: Configuration, cwd: string): <T extends object>(finding: T) => T {
  const { key, file } = credentials;
  if (file === undefined) return (finding) => finding;
  const paths = [`${cwd}/${file}`, resolve(cwd, file), file];
  const forms = [...new Set(paths.flatMap((path) => [shellQuote(path), printable(path), path]))];
  const hide = (text: string, by: string) => forms.reduce((told, form) => replacePath(told, form, by), text);
  return (finding) => {
    const told = Object.entries(finding).filter(([name, value]) => isTold(name) && typeof value === 'string');
    if (told.every(([, text]) => hide(text, '') === text)) return finding;
    const entries = told.map(([name, text]) => [
      name,
      hide(text, name === 'remedy' ? `"$${key}"` : key)
        .replace(`${key}=${key}`, key)
        .replace(absolutePath, '…'),
    ]);
    return { ...finding, ...Object.fromEntries(entries) };
  };
}

const absolutePath = /'\/[^']*'|"\/[^"]*"|(?<![\w.:/])\/[\w.@+/-]*[\w/]/g;

/** Only where the path stands as one: not as the beginning or the end of a longer name. */
function replacePath(text: string, path: string, by: string): string {
  const escaped = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\w./-])${escaped}(?=/|[^\\w.-]|\\.?$)`, 'g'), () => by);
}

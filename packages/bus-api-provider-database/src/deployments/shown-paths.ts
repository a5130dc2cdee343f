// Where files lie on this machine is kept out of answers: what a finding says of them is put relative, and where the
// admin DSN lies is not told at all, but by its key. Steps need none of it, the provider names their files so by itself.
// Pure.
import { resolve } from 'node:path';
import {
  type Advice,
  type Configuration,
  mapAdvice,
  mapFindings,
  type Path,
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
  const { hidden, isAbout } = hideCredential(configuration, cwd);
  const named = nameFiles(configuration, cwd);
  const shown = (text: string) => rules.reduce((told, [path = '', by]) => replacePath(told, path, by), text);
  const each = <T extends object>(finding: T): T => {
    const entries = Object.entries(hidden(finding)).map(([key, value]) => [
      key,
      isTold(key, finding) && typeof value === 'string' ? shown(value) : value,
    ]);
    return Object.fromEntries(entries);
  };
  return (response) =>
    mapFindings(
      mapAdvice(response, (advice, about) => named(advice, about !== undefined && isAbout(about))),
      each,
    );
}

/**
 * Names the paths of advice: those in the output directory and the admin DSN's file by their keys, which a shell on this
 * machine knows, or stops at. What is `.` to the reader of a message is another directory to a shell.
 */
function nameFiles({ dsnOutputDirectory, credentials }: Configuration, cwd: string) {
  const directory = dsnOutputDirectory === undefined ? undefined : resolve(cwd, dsnOutputDirectory);
  const file = credentials.file === undefined ? undefined : resolve(cwd, credentials.file);
  const nameOf = ({ path, key }: Path, isHidden: boolean): Path => {
    if (key !== undefined) return { path, key };
    if (resolve(cwd, path) === file) return { key: credentials.key, path: '' };
    // The provider tells DSN files as the names that they have in their directory, and itself as `.`.
    const isDsn = /^\.(\/[^/]+\.dsn(\.\w+)?)?$/.test(path);
    const at = resolve(isDsn && directory !== undefined ? directory : cwd, path);
    const inside = directory === undefined ? undefined : below(directory, at);
    if (inside !== undefined) return { key: directoryKey, path: inside };
    if (isHidden) return hiddenPath;
    const here = cwd === '/' ? undefined : below(cwd, at);
    return { path: here === undefined ? at : here === '' ? '.' : `./${here}` };
  };
  return (advice: Advice, isHidden: boolean): Advice => {
    switch (advice.kind) {
      case 'command':
        return {
          ...advice,
          argv: advice.argv.map((word) => (typeof word === 'string' ? word : nameOf(word, isHidden))),
        };
      case 'edit':
        // What git is to ignore is where the file lies.
        return { ...advice, file: nameOf(advice.file, isHidden), text: isHidden ? ['…'] : advice.text };
      case 'path':
        return { kind: 'path', ...inWords(nameOf(advice, isHidden)) };
      case 'text':
        return isHidden ? { ...advice, text: advice.text.replace(absolutePath, '…') } : advice;
      default:
        return advice;
    }
  };
}

const hiddenPath: Path = { path: '…' };
const directoryKey = 'BUS_DATABASE_DSN_OUTPUT_DIR';

/** As the answer itself names DSN files. */
function inWords({ path, key }: Path): Path {
  if (key === directoryKey) return { path: path === '' ? '.' : `./${path}` };
  return { path, ...(key !== undefined && { key }) };
}

/** What follows a directory in a path; undefined where it is elsewhere. */
function below(directory: string, path: string): string | undefined {
  if (path === directory) return '';
  return path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : undefined;
}

/** A remedy of words alone has no paths as data. */
function isTold(key: string, finding: object): boolean {
  return ['message', 'seen', 'target'].includes(key) || (key === 'remedy' && !('advice' in finding));
}

/** A finding of the admin DSN's file names its key instead, and of what lies around it or is linked to it nothing. */
function hideCredential({ credentials }: Configuration, cwd: string) {
  const { key, file } = credentials;
  const paths = file === undefined ? [] : [`${cwd}/${file}`, resolve(cwd, file), file];
  const forms = [...new Set(paths.flatMap((path) => [shellQuote(path), printable(path), path]))];
  const hide = (text: string, by: string) => forms.reduce((told, form) => replacePath(told, form, by), text);
  const toldOf = (finding: object) =>
    Object.entries(finding).filter(([name, value]) => isTold(name, finding) && typeof value === 'string');
  const isAbout = (finding: object) => toldOf(finding).some(([, text]) => hide(text, '') !== text);
  const hidden = <T extends object>(finding: T): T => {
    if (!isAbout(finding)) return finding;
    const entries = toldOf(finding).map(([name, text]) => [
      name,
      hide(text, name === 'remedy' ? `"$${key}"` : key)
        .replace(`${key}=${key}`, key)
        .replace(absolutePath, '…'),
    ]);
    return { ...finding, ...Object.fromEntries(entries) };
  };
  return { hidden, isAbout };
}

const absolutePath = /'\/[^']*'|"\/[^"]*"|(?<![\w.:/])\/[\w.@+/-]*[\w/]/g;

/** Only where the path stands as one: not as the beginning or the end of a longer name. */
function replacePath(text: string, path: string, by: string): string {
  const escaped = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\w./-])${escaped}(?=/|[^\\w.-]|\\.?$)`, 'g'), () => by);
}

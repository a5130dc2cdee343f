// Where files lie on this machine is kept out of answers: what a finding says of them is put relative, and where the
// admin DSN lies is not told at all, but by its key. Steps need none of it, the provider names their files so by itself.
// Pure; looks at the paths of findings, never at their words.
import { resolve } from 'node:path';
import {
  type Advice,
  type Check,
  type Configuration,
  type Diagnostic,
  mapAdvice,
  mapFindings,
  mapTextPaths,
  type Path,
  printable,
  type Response,
} from 'bus-integration-database';

type ShownFinding = Diagnostic | Check;

/**
 * Makes findings tell paths in the output directory relative to it, the admin DSN's file as its key, and others relative
 * to where the server runs; beside the admin DSN's file, no other.
 *
 * @example
 * const shown = showPaths(configuration, '/srv/shop');
 * shown(response).checks; // './bus_auth.dsn …', not '/srv/shop/local/dsn/bus_auth.dsn …'
 */
export function showPaths(configuration: Configuration, cwd: string): (response: Response) => Response {
  const { key, file } = configuration.credentials;
  const admin = file === undefined ? undefined : resolve(cwd, file);
  const { nameOf, adviceOf } = nameFiles(configuration, cwd);
  const isAdmin = (path: Path) => (path.key === undefined ? isAt(path.path, admin) : path.key === key);
  const isAbout = (finding: ShownFinding | undefined) => finding !== undefined && pathsOf(finding).some(isAdmin);
  const each = <T extends ShownFinding>(finding: T): T => {
    const mapped = mapTextPaths(finding, (path) => inWords(nameOf(path, isAbout(finding))));
    return admin === undefined ? mapped : withoutWordsOf(mapped, admin, key);
  };
  return (response) =>
    mapFindings(
      mapAdvice(response, (advice, about) => adviceOf(advice, isAbout(about))),
      each,
    );
}

function pathsOf({ parts = [], advice = [] }: ShownFinding): Path[] {
  const advised = advice.flatMap((part): readonly (string | Path)[] => {
    if (part.kind === 'command') return part.argv;
    return part.kind === 'edit' ? [part.file] : part.kind === 'path' ? [part] : [];
  });
  return [...parts, ...advised].filter((part) => typeof part !== 'string');
}

/** A text that names the admin DSN's file in its words, and not as a path, is not told: nobody edits words. */
function withoutWordsOf<T extends ShownFinding>(finding: T, file: string, key: string): T {
  const hidden = `not told here: it says where ${key} lies`;
  const told = (value: unknown): unknown => {
    if (typeof value === 'string') return isNamedIn(value, file) ? hidden : value;
    if (Array.isArray(value)) return value.map(told);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, told(each)]));
  };
  const { target } = finding;
  const changed = {
    ...(told(finding) as T),
    ...(target !== undefined && { target: isNamedIn(target, file) ? key : target }),
  };
  const { parts: _, ...whole } = changed;
  return isTextOf(finding, changed) ? changed : (whole as T);
}

/** The parts are those of the text: without it they say what was hidden. */
function isTextOf(finding: ShownFinding, changed: ShownFinding): boolean {
  const textOf = (one: ShownFinding) => ('message' in one ? one.message : one.seen);
  return textOf(finding) === textOf(changed);
}

/** Whether a path stands in a text, and not only as the beginning or the end of a longer one. */
function isNamedIn(text: string, path: string): boolean {
  return [path, printable(path)].some((form) => {
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
      const [before = ' ', after = ' '] = [text[at - 1], text[at + form.length]];
      if (!/[\w./-]/.test(before) && !/[\w-]/.test(after)) return true;
    }
    return false;
  });
}

/**
 * Names paths: those in the output directory and the admin DSN's file by their keys, which a shell on this machine knows,
 * or stops at. What is `.` to the reader of a message is another directory to a shell.
 */
function nameFiles({ dsnOutputDirectory, credentials }: Configuration, cwd: string) {
  const directory = dsnOutputDirectory === undefined ? undefined : resolve(cwd, dsnOutputDirectory);
  const file = credentials.file === undefined ? undefined : resolve(cwd, credentials.file);
  const nameOf = ({ path, key }: Path, isHidden: boolean): Path => {
    if (key !== undefined) return { path, key };
    if (isAt(path, file)) return { key: credentials.key, path: '' };
    // The provider tells DSN files as the names that they have in their directory, and itself as `.`.
    const isDsn = /^\.(\/[^/]+\.dsn(\.\w+)?)?$/.test(path);
    const at = resolve(isDsn && directory !== undefined ? directory : cwd, path);
    const inside = directory === undefined ? undefined : below(directory, at);
    if (inside !== undefined) return { key: directoryKey, path: inside };
    if (isHidden) return hiddenPath;
    const here = cwd === '/' ? undefined : below(cwd, at);
    return { path: here === undefined ? at : here === '' ? '.' : `./${here}` };
  };
  const adviceOf = (advice: Advice, isHidden: boolean): Advice => {
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
      default:
        return advice;
    }
  };
  return { nameOf, adviceOf };
}

const hiddenPath: Path = { path: '…' };
const directoryKey = 'BUS_DATABASE_DSN_OUTPUT_DIR';

/** What is relative is never it: a DSN file may be named as it is. */
function isAt(path: string, file: string | undefined): boolean {
  return path.startsWith('/') && resolve(path) === file;
}

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

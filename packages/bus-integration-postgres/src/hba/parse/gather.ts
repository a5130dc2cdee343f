// Collects all files that a pg_hba.conf includes, wherever they are read from: asks for what parsing found missing until
// nothing new comes up.
import { posix } from 'node:path';
import type { HbaMissing, HbaRules } from '../rules/rule-list.ts';
import { type ParseHbaOptions, parseHba } from './hba.ts';

/** A file's text, a directory's entries (files only), or undefined where there is none. */
export type ReadHbaSource = (missing: HbaMissing) => Promise<string | readonly string[] | undefined>;

const mostFiles = 1_000;

/** The rules of a main file and of all that it includes. */
export async function gatherHba(
  text: string,
  options: ParseHbaOptions & { readonly file: string },
  read: ReadHbaSource,
): Promise<{ rules: HbaRules; files: readonly string[] }> {
  const files: Record<string, string> = {};
  const asked = new Set<string>();
  for (;;) {
    const rules = parseHba(text, { ...options, files });
    const wanted = rules.missing.filter(({ kind, path }) => !asked.has(`${kind} ${path}`));
    if (wanted.length === 0 || asked.size + wanted.length > mostFiles) {
      return { rules, files: [options.file, ...Object.keys(files).filter((path) => !path.endsWith('/'))] };
    }
    for (const missing of wanted) {
      const { kind, path } = missing;
      asked.add(`${kind} ${path}`);
      const found = await read(missing);
      if (typeof found === 'string') files[path] = found;
      else if (found !== undefined) {
        files[`${path}/`] = '';
        for (const name of found.filter((entry) => /^[^.].*\.conf$/.test(entry))) {
          const entry: HbaMissing = { kind: 'file', path: posix.join(path, name) };
          const content = asked.has(`file ${entry.path}`) ? files[entry.path] : await read(entry);
          asked.add(`file ${entry.path}`);
          if (typeof content === 'string') files[entry.path] = content;
        }
      }
    }
  }
}

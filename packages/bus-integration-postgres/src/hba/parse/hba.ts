// Which pg_hba rules a file holds, exactly as the server of a major version reads them; opens no file and asks no server.

import { type HbaRegex, hbaRegex } from '../regex/regex.ts';
import type { HbaRule } from '../rules/rule.ts';
import { type HbaBrokenLine, type HbaRules, hbaRules } from '../rules/rule-list.ts';
import { type HbaSources, hbaSourceLines } from './hba-files.ts';
import { hbaLine } from './line.ts';
import { withoutSecrets } from './line-secret.ts';

export interface ParseHbaOptions {
  /** Path of the main file, as answers are to name it. Default: `pg_hba.conf`. */
  readonly file?: string;
  /**
   * Path → text of the files that `include…` and `@` name, from the main file's directory or absolute; a path that ends
   * in a slash says that the directory is there. What is not among them doesn't exist; without this, it is not known.
   */
  readonly files?: Readonly<Record<string, string>>;
  /** 14 to 18. Default: 18. */
  readonly majorVersion?: number;
  /** Authentication methods that the server was built without. Default: `sspi` and `bsd`, which no Linux has. */
  readonly unsupportedMethods?: readonly string[];
}

/**
 * Reads the text of a pg_hba.conf. It never throws because of the text: a line that the server would refuse is in `broken`.
 *
 * https://www.postgresql.org/docs/current/auth-pg-hba-conf.html
 *
 * @example
 * parseHba('local all all peer\n', { majorVersion: 16 }).rules[0]?.method // 'peer'
 */
export function parseHba(text: string, options: ParseHbaOptions = {}): HbaRules {
  const { file = 'pg_hba.conf', files, majorVersion = 18, unsupportedMethods = ['sspi', 'bsd'] } = options;
  const sources: HbaSources = { text, file, files, majorVersion };
  const { lines, missing } = hbaSourceLines(sources);
  const lineOptions = { majorVersion, unsupportedMethods, regexOf: regexReader() };
  const rules: HbaRule[] = [];
  const broken: HbaBrokenLine[] = [];
  for (const source of lines) {
    const { line, fault, isDoubtful } = source;
    const place = { file: source.file, line, text: withoutSecrets(source.text) };
    if (fault !== undefined) {
      broken.push({ ...place, reason: fault, ...(isDoubtful && { isDoubtful }) });
      continue;
    }
    const parsed = hbaLine(source, lineOptions);
    if ('broken' in parsed) {
      broken.push(parsed.broken);
      continue;
    }
    rules.push(parsed.rule);
    if (parsed.doubt !== undefined) broken.push({ ...place, reason: parsed.doubt, isDoubtful: true });
  }
  if (rules.length === 0 && broken.length === 0) broken.push({ file, line: 0, reason: 'no rule is in it', text: '' });
  return hbaRules({ majorVersion, rules, broken, missing });
}

/** All expressions of a file together, in steps; without a bound a small file could fill the memory. */
const mostSteps = 500_000;

/** Reads each pattern once, and none any more when a file has too many and too large ones. */
function regexReader(): (pattern: string) => HbaRegex {
  const known = new Map<string, HbaRegex>();
  let left = mostSteps;
  return (pattern) => {
    const regex: HbaRegex =
      known.get(pattern) ??
      (left > 0 ? hbaRegex(pattern) : { kind: 'doubtful', reason: 'the file has too many large ones' });
    if (regex.kind === 'program' && !known.has(pattern)) left -= regex.program.length;
    known.set(pattern, regex);
    return regex;
  };
}

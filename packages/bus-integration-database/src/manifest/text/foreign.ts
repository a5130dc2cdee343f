// Whether a file is no manifest at all: a password file or a private key that was named by mistake, or that a symbolic link
// leads to. Nothing of such a file may be shown. Pure.
import type { ManifestSource } from './source.ts';

/** Why it is none; undefined where one of a manifest's keys stands at its top, or nothing stands in it. */
export function foreignFault({ text }: ManifestSource, known: readonly string[]): string | undefined {
  const keys = known.filter((key) => /^\w+$/.test(key));
  if (keys.length === 0 || isBlank(text)) return undefined;
  const any = keys.join('|');
  const plain = new RegExp(`^(?:\\ufeff?|\\s*\\{\\s*)(?:${any})\\s*:(?:\\s|$)`, 'm');
  const quoted = new RegExp(`(?:^|[{,])\\s*(["'])(?:${any})\\1\\s*:`, 'm');
  if (plain.test(text) || quoted.test(text)) return undefined;
  return 'this is not a manifest, expected a map with version and deployment; nothing of it is shown: it may be a secret';
}

function isBlank(text: string): boolean {
  return text.split('\n').every((line) => /^\ufeff?\s*(?:#.*|\{\s*\}|---|\.\.\.)?\s*$/.test(line));
}

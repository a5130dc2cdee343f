// Looks for secrets in whatever a run left behind, as they are and in the disguises that programs give them. Changes
// nothing; reports names of secrets only.
import { readdirSync, readFileSync } from 'node:fs';

/** Texts by where they were found: `server log`, `stdout of plan`. */
export type Evidence = Readonly<Record<string, string>>;

/** `password of svc (base64) in server log`: every secret, by its name, in every text that holds it in any form. */
export function findSecrets(evidence: Evidence, secrets: Readonly<Record<string, string>>): string[] {
  const found: string[] = [];
  for (const [name, secret] of Object.entries(secrets)) {
    if (secret.length < 6) throw new Error(`${name} is too short to be told from other text`);
    for (const [form, text] of formsOf(secret)) {
      for (const [place, content] of Object.entries(evidence)) {
        if (content.includes(text)) found.push(`${name} (${form}) in ${place}`);
      }
    }
  }
  return found;
}

/** The spellings in which a secret could turn up; those that are equal only once. */
export function formsOf(secret: string): Map<string, string> {
  const forms: readonly (readonly [string, string])[] = [
    ['as it is', secret],
    ['percent-encoded', encodeURIComponent(secret)],
    ['in JSON', JSON.stringify(secret).slice(1, -1)],
    ['as an SQL literal', secret.replaceAll("'", "''")],
    ['in hexadecimal', Buffer.from(secret).toString('hex')],
    // What is in the middle of a longer text is shifted by up to two bytes.
    ...[0, 1, 2].map((shift): [string, string] => {
      const shifted = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]).toString('base64');
      // The first and last groups of four depend on the neighbours.
      return [`base64, shifted by ${shift}`, shifted.slice(shift === 0 ? 0 : 4, -4).replace(/=+$/, '')];
    }),
  ];
  const byText = new Map(forms.map(([form, text]) => [text, form]));
  return new Map([...byText].map(([text, form]) => [form, text]));
}

/** Reads every process's arguments, the servers' titles too, again and again until it is stopped. */
export function watchArguments(): { stop(): string } {
  const seen = new Set<string>();
  const look = () => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim());
      } catch {
        // It has ended meanwhile.
      }
    }
  };
  look();
  const timer = setInterval(look, 5);
  return {
    stop: () => {
      clearInterval(timer);
      return [...seen].join('\n');
    },
  };
}

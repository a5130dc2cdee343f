// What is worth a warning about ./.env, in words. Pure; shows no value.
import { printable, repeatedText, some } from 'bus-integration-database';
import type { EnvOverlay } from './env-overlay.ts';

/**
 * One line for each kind of thing: who may write the file, and what of it was not taken.
 *
 * @example
 * dotenvWarnings(overlayEnvFile(process.env, '.', process.getuid?.()));
 */
export function dotenvWarnings({ warnings, withheld, overruled, repeated }: EnvOverlay): string[] {
  const lines = warnings.map(({ message, remedy }) => (remedy === undefined ? message : `${message}; next: ${remedy}`));
  if (repeated.length > 0) lines.push(repeatedText({ path: '.env', repeated }));
  if (overruled.length > 0) {
    const names = overruled.slice(0, shownAtMost).map(({ key }) => printable(key));
    lines.push(
      `.env: the environment has other values, which win: ${named(overruled)}; to take the file's, run: unset ${names.join(' ')}`,
    );
  }
  if (withheld.length > 0) {
    lines.push(
      `.env: not taken, since such variables make programs run other code, trust others or find other files: ${named(withheld)}; if they are meant, export them, or list their names in BUS_DOTENV_ALLOW in the environment`,
    );
  }
  return lines;
}

const shownAtMost = 20;

function named(places: EnvOverlay['withheld']): string {
  return some(
    places.map(({ key, line }) => `${printable(key)} (line ${line})`),
    shownAtMost,
  );
}

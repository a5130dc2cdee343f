// The binary `bus`. Answers a bare --version before anything else of ours is loaded: each module costs a millisecond,
// opening the standard streams two.
import { readFileSync, writeSync } from 'node:fs';

const [first, ...others] = process.argv.slice(2);
if (others.length === 0 && (first === '--version' || first === '-V')) {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  try {
    writeSync(1, `bus ${version}\n`);
  } catch (error) {
    process.stderr.write(`bus: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
} else {
  Promise.all([import('./dispatch.ts'), import('./main-process.ts')]).then(([{ dispatch }, { runAsProcess }]) =>
    runAsProcess('bus', dispatch, import.meta.url),
  );
}

// Debian's Chromium, driven without a download of its own. Absent where none is installed.
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

const paths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export const chromiumPath = paths.find((path) => existsSync(path));

export function launch(): Promise<Browser> {
  // As root it starts without its sandbox alone; what it opens is a file of ours.
  return chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe finds wrong with a page as it is shown. */
export async function violationsOf(page: Page): Promise<string[]> {
  // Evaluated by the browser's own door: the page lets no script be put into it.
  await page.evaluate(`${axe.source};undefined`);
  const { violations } = await page.evaluate<{ violations: readonly Violation[] }>('axe.run(document)');
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 200))}`);
}

// A report in a real browser: nothing is said on its console, axe finds nothing, a telephone needs no scrolling sideways, and the
// keyboard reaches and opens everything, paper shows what is folded and cuts nothing. REPORT_SCREENSHOTS=DIR keeps how the pages look.
import { join } from 'node:path';
import { type Server, startServer } from 'embedded';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, makeDeployment } from './deployment.ts';
import { chromiumPath, launch, violationsOf } from './report/browser.ts';
import { shownDeployments } from './report/deployments.ts';
import { someOf } from './variants.ts';

const screenshots = process.env.REPORT_SCREENSHOTS;
if (chromiumPath === undefined)
  console.log('report in a browser: skipped: no Chromium is installed (Debian: apt-get install chromium)');

// Whoever wants the pictures wants all.
const names = shownDeployments.map(({ name }) => name);
const shown = screenshots === undefined ? someOf('report in a browser', names, 3) : names;

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  let server: Server;
  let browser: Browser;
  beforeAll(async () => {
    server = await startServer();
    browser = await launch();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  test.each(shownDeployments.filter(({ name }) => shown.includes(name)))(
    '$name',
    { timeout: 120_000 },
    async ({ name, manifest, picture, isPlanned, past }) => {
      using deployment = makeDeployment({ adminDsn: server.dsn(), keys: keysOf(manifest) });
      deployment.write('bus.yaml', manifest);
      if (!isPlanned) await ran(deployment, ['apply']);
      await past?.(server);
      await ran(deployment, ['report', '-o', 'report.html']);
      const url = `file://${deployment.path('report.html')}`;

      for (const colorScheme of ['light', 'dark'] as const) {
        await using context = await browser.newContext({ colorScheme, viewport: { width: 1100, height: 900 } });
        const { page, said } = await opened(context, url);
        expect(await violationsOf(page), colorScheme).toEqual([]);
        expect(said).toEqual([]);
        if (screenshots !== undefined && colorScheme === 'light')
          await keep(page, join(screenshots, `${name}.png`), picture);
      }

      await using paper = await browser.newContext({ viewport: { width: 718, height: 1000 } });
      const { page: printed } = await opened(paper, url);
      await printed.emulateMedia({ media: 'print' });
      expect(await printed.evaluate(foldedAway), 'printed').toEqual([]);
      expect(await printed.evaluate(widerThanPaper), 'printed').toEqual([]);
      expect((await printed.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');

      await using narrow = await browser.newContext({ viewport: { width: 375, height: 700 } });
      const { page, said } = await opened(narrow, url);
      const isSideways = () =>
        page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
      expect(await isSideways()).toBe(false);
      const { reached, all } = await tabbedThrough(page);
      expect(all).toBeGreaterThan(8);
      expect(reached).toBe(all);
      expect(await page.evaluate('[...document.querySelectorAll("details")].filter((one) => !one.open).length')).toBe(
        0,
      );
      expect(await isSideways()).toBe(false);
      expect(await violationsOf(page), 'all opened').toEqual([]);
      expect(said).toEqual([]);
    },
  );
});

/** The section; or the page down to where paths of the server begin. */
async function keep(page: Page, path: string, picture: string | undefined): Promise<void> {
  await page.setViewportSize({ width: 900, height: 900 });
  if (picture === undefined) {
    const end = await page.evaluate<number>('document.getElementById("entrances").getBoundingClientRect().top');
    return void (await page.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width: 900, height: end - 16 } }));
  }
  const section = page.locator(`section[aria-labelledby="${picture}"]`);
  if (picture === 'access') await section.locator('td summary').first().click();
  await section.screenshot({ path });
}

/** What is in a fold and is not to be seen. */
const foldedAway = `[...document.querySelectorAll('details > :not(summary)')]
  .filter((one) => !one.checkVisibility() || one.getBoundingClientRect().height === 0).map((one) => one.outerHTML.slice(0, 200))`;
/** A4 without its margins is 718 px wide. */
const widerThanPaper = `[...document.querySelectorAll('body *')]
  .filter((one) => one.closest('svg')?.parentElement?.tagName !== 'TD' && one.getBoundingClientRect().right > 720)
  .map((one) => one.outerHTML.slice(0, 200))`;

function keysOf(manifest: string): Record<string, string | undefined> {
  return {
    BUS_DEPLOYMENT_ID: /^deployment: (\w+)$/m.exec(manifest)?.[1],
    BUS_DATABASE_NAMES: undefined,
    BUS_DATABASE_SERVICE_ROLE: undefined,
    BUS_DATABASE_MANIFEST_FILE: './bus.yaml',
  };
}

async function ran(deployment: Deployment, args: readonly string[]): Promise<void> {
  const { exit, stdout, stderr } = await deployment.run(args, { timeoutMs: 60_000 });
  expect(exit, stdout + stderr).toBe(0);
}

async function opened(context: Awaited<ReturnType<Browser['newContext']>>, url: string) {
  const page = await context.newPage();
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  page.on('request', (request) => {
    if (request.url() !== url) said.push(`asks for ${request.url()}`);
  });
  page.on('dialog', (dialog) => {
    said.push(dialog.message());
    void dialog.dismiss();
  });
  await page.goto(url);
  return { page, said };
}

/** Goes through the page by Tab, opening each fold by Enter: how many links, folds and frames there are, and were reached. */
async function tabbedThrough(page: Page): Promise<{ reached: number; all: number }> {
  const focused = `(() => {
    const at = document.activeElement;
    if (at === null || at === document.body || at.dataset.seen) return null;
    at.dataset.seen = 'yes';
    return at.tagName;
  })()`;
  for (;;) {
    await page.keyboard.press('Tab');
    const tag = await page.evaluate<string | null>(focused);
    if (tag === null) break;
    if (tag === 'SUMMARY') await page.keyboard.press('Enter');
  }
  return page.evaluate(`({
    reached: document.querySelectorAll('[data-seen]').length,
    all: document.querySelectorAll('a[href], summary, [tabindex="0"]').length,
  })`);
}

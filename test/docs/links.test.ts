// Links of every page: what is relative leads to a file and a heading that exist, what is not is a https address. Nothing
// is fetched.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsOf, decisions, docPages, type Link, linksOf, type Page, readmes, readPage, root } from './pages.ts';

/** Addresses of the reader's own machine may be plain. */
const localAddress = /^http:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?(?:\/|$)/;
const mostLines = 300;

describe.each([...readmes, ...docPages, ...decisions].map((page) => [page.path, page] as const))('%s', (_, page) => {
  it('has links that lead somewhere', () => {
    expect(linksOf(page).flatMap((link) => faultOf(link, page))).toEqual([]);
  });
});

it('a page opens with its title and what it is for, and is short', () => {
  for (const { path, text } of docPages) {
    const [title, blank, first] = text.split('\n');
    expect({ path, title, blank, first }).toMatchObject({
      title: expect.stringMatching(/^# \S/),
      blank: '',
      first: expect.stringMatching(/^[^#|<`\s-]/),
    });
    expect({ path, lines: text.split('\n').length - 1 }).toEqual({ path, lines: expect.toSatisfy(isShort) });
  }
});

it('the index leads to every page, and the README to the index', () => {
  const index = linksOf(readPage('docs/README.md')).map(({ file }) => file);
  const pages = docPages.map(({ path }) => path).filter((path) => path !== 'docs/README.md');
  expect(pages.filter((path) => !index.includes(path))).toEqual([]);
  expect(linksOf(readPage('README.md')).map(({ file }) => file)).toContain('docs/README.md');
});

it('a link that leads nowhere is told', () => {
  const page = {
    ...readPage('docs/README.md'),
    text: '# A\n[a](no-such.md) [b](#none) [c](http://example.com) [d](#a)',
  };
  expect(linksOf(page).flatMap((link) => faultOf(link, page))).toEqual([
    'no-such.md: docs/no-such.md does not exist',
    '#none: docs/README.md has no such heading',
    'http://example.com: expected a https address',
  ]);
});

function isShort(lines: number): boolean {
  return lines <= mostLines;
}

function faultOf({ target, file, anchor }: Link, page: Page): readonly string[] {
  if (file === undefined) return isAddress(target) ? [] : [`${target}: expected a https address`];
  if (file.startsWith('..')) return [`${target}: leads out of the repository`];
  if (!existsSync(join(root, file))) return [`${target}: ${file} does not exist`];
  if (anchor === '' || !file.endsWith('.md') || statSync(join(root, file)).isDirectory()) return [];
  const anchors = anchorsOf(file === page.path ? page : readPage(file));
  return anchors.includes(anchor) ? [] : [`${target}: ${file} has no such heading`];
}

function isAddress(target: string): boolean {
  if (localAddress.test(target)) return true;
  if (!URL.canParse(target)) return false;
  const { protocol, hostname, username, password } = new URL(target);
  return protocol === 'https:' && hostname.includes('.') && username === '' && password === '';
}

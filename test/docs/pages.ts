// The pages that people read: their text, code blocks, headings and links. Reads files, runs nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export interface Block {
  readonly language: string;
  /** What stands after the language: `no-run` and why, `exit=4`, the file that a manifest is. */
  readonly info: string;
  readonly text: string;
  readonly line: number;
}

export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`);

/** The pages of `docs` at the root and in packages; records of decisions are no pages. */
export const docPages = ['docs', ...packages.map((folder) => `${folder}/docs`)].flatMap(pagesIn);

export const readmes = ['README.md', 'ARCHITECTURE.md', ...packages.map((folder) => `${folder}/README.md`)].map(
  readPage,
);

export const decisions = pagesIn('docs/decisions');

function pagesIn(folder: string): readonly Page[] {
  try {
    const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'));
    return names.map((name) => readPage(`${folder}/${name}`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export function readPage(path: string): Page {
  const text = readFileSync(join(root, path), 'utf8');
  return { path, text, blocks: blocksOf(text) };
}

/** Fenced blocks, and as language `run` the SQL in a comment `<!-- run … -->`: what makes an example's situation. */
function blocksOf(text: string): readonly Block[] {
  const fences = text.matchAll(/^ *(?:```(\w*) *([^\n]*)\n(.*?)^ *```$|<!-- (run) ?([^\n]*)\n(.*?)-->$)/gms);
  return [...fences].map(({ index, 1: language, 2: info, 3: code, 4: run, 5: runInfo, 6: commands }) => ({
    language: language ?? run ?? '',
    info: (info ?? runInfo ?? '').trim(),
    text: code ?? commands ?? '',
    line: text.slice(0, index).split('\n').length,
  }));
}

/** The anchors of its headings, as GitHub makes them. */
export function anchorsOf({ text }: Page): readonly string[] {
  const seen = new Map<string, number>();
  return [...withoutCode(text).matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) => {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = plain.replace(/[^\p{L}\p{N}\p{M} _-]/gu, '').replaceAll(' ', '-');
    const number = seen.get(slug) ?? 0;
    seen.set(slug, number + 1);
    return number === 0 ? slug : `${slug}-${number}`;
  });
}

export interface Link {
  readonly target: string;
  /** The file it leads to, from the root; undefined for an address of the web. */
  readonly file?: string;
  readonly anchor: string;
}

export function linksOf(page: Page): readonly Link[] {
  const text = withoutCode(page.text);
  const inline = [...text.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g)].map(([, target = '']) => target);
  const html = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, target = '']) => target);
  const defined = [...text.matchAll(/^\[[^\]]+\]: +(\S+)/gm)].map(([, target = '']) => target);
  return [...inline, ...html, ...defined].map((target) => {
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return { target, anchor: '' };
    const [path = '', anchor = ''] = target.split('#');
    const file = path === '' ? page.path : normalize(join(page.path, '..', decodeURI(path)));
    return { target, file, anchor };
  });
}

function withoutCode(text: string): string {
  return text.replace(/^ *```.*?^ *```$/gms, '').replace(/`[^`\n]*`/g, (code) => (code.includes('](') ? '' : code));
}

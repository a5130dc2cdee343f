// Every example of every page: shell runs against a real server, one block after the other; manifests are read and judged;
// JSON is checked by its schema; `text output` is what the block before it printed. A block that can't run says why:
// `sh no-run REASON`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { readManifest } from 'bus-integration-database/manifest';
import { postgresManifest } from 'bus-integration-postgres/manifest';
import { programOnPath } from 'embedded';
import { describe, expect, it } from 'vitest';
import { type Block, docPages, readmes, root } from './pages.ts';
import { type Answer, type Situation, situationOf } from './situation.ts';

/** Those of the tour and of the API have tests of their own. */
const elsewhere = ['README.md', 'packages/bus-api-provider-database/README.md'];
const pages = [...docPages, ...readmes]
  .filter(({ path, blocks }) => blocks.length > 0 && !elsewhere.includes(path))
  .map((page) => [page.path, page] as const);
// ARCHITECTURE.md has a drawing without a language.
const languages = new Set(['sh', 'run', 'yaml', 'json', 'text', 'sql', 'ts', '']);

it.each(pages)('%s: each block says what it is', (path, { blocks }) => {
  for (const block of blocks) {
    const where = `${path}:${block.line}`;
    expect(languages, where).toContain(block.language);
    if (block.info.startsWith('no-run')) expect(block.info, where).toMatch(/^no-run \S.{9}/);
  }
});

const isRun = ({ language, info }: { readonly language: string; readonly info: string }) =>
  language === 'sh' && !info.startsWith('no-run');

describe.each(pages.filter(([, { blocks }]) => blocks.some(isRun)))('%s', (path, page) => {
  it('runs', async () => {
    await using situation = await situationOf(page);
    let ran = 0;
    let output = '';
    for (const block of page.blocks) {
      const lacking = needs(block).find((program) => programOnPath(program, process.env.PATH ?? '') === undefined);
      if (lacking !== undefined) {
        console.log(`${path}:${block.line}: not run from here on: ${lacking} is not on this machine`);
        return;
      }
      if (block.language === 'text' && block.info === 'output')
        expect(steady(output), `${path}:${block.line}`).toBe(steady(block.text));
      const answer = await runBlock(block, path, situation);
      if (answer === undefined) continue;
      output = answer.stdout;
      ran += 1;
    }
    expect(ran).toBeGreaterThan(0);
  }, 300_000);
});

it.each([...readmes, ...docPages].map((page) => [page.path, page.blocks] as const))(
  '%s: manifests are right',
  (path, blocks) => {
    for (const { text, info, line } of blocks.filter(({ language }) => language === 'yaml')) {
      if (info.startsWith('no-run')) continue;
      const { lines } = readManifest(Buffer.from(text), `${path}:${line}`, postgresManifest);
      expect(lines).toEqual([]);
    }
  },
);

it.each(pages)('%s: JSON is as its schema has it', (path, { blocks }) => {
  for (const { text, info, line } of blocks.filter(({ language }) => language === 'json')) {
    const ajv = new Ajv2020({ strict: false });
    ajvFormats.default(ajv);
    // The block names the schema's file: `json bus.database.plan.request.json`.
    const schema = readFileSync(join(root, 'packages/bus-integration-database/schemas', info), 'utf8');
    const isValid = ajv.compile(JSON.parse(schema));
    expect({ at: `${path}:${line}`, valid: isValid(JSON.parse(text)), errors: isValid.errors }).toEqual({
      at: `${path}:${line}`,
      valid: true,
      errors: null,
    });
  }
});

async function runBlock(block: Block, path: string, situation: Situation): Promise<Answer | undefined> {
  const { language, info, text, line } = block;
  const file = /^\S+\.ya?ml$/.exec(info)?.[0];
  if (language === 'yaml' && file !== undefined) situation.write(file, text);
  if (language === 'sql' && info === 'superuser') await situation.query(text);
  if (language === 'run') await situation.query(text, /database=(\S+)/.exec(info)?.[1]);
  if (language !== 'sh' || info.startsWith('no-run')) return undefined;
  const answer = situation.run(block);
  const said = `${path}:${line}\n${answer.stdout}${answer.stderr}`;
  const exit = Number(/exit=(\d+)/.exec(info)?.[1] ?? 0);
  expect({ status: answer.status, said }).toEqual({ status: exit, said });
  if (process.env.DOCS_OUTPUT) console.log(`${text}\n${said}`);
  return answer;
}

/** What differs from run to run is the same in both. */
function steady(output: string): string {
  return output
    .replace(/127\.0\.0\.1:\d+|db\.example:5432/g, 'SERVER')
    .replace(/cluster \d+/g, 'cluster N')
    .replace(/(PostgreSQL|postgres) \d+\.\d+/g, '$1 N')
    .replace(/in \d[\d.]* m?s/g, 'in N s');
}

function needs({ info }: Block): readonly string[] {
  return /needs=(\S+)/.exec(info)?.[1]?.split(',') ?? [];
}

// What shapes read, merge and tell, with a small manifest of another kind of server.
import { describe, expect, it } from 'vitest';
import {
  either,
  flag,
  list,
  type ManifestLanguage,
  manifestHead,
  map,
  named,
  object,
  readManifest,
  schemaDocument,
  text,
  whole,
  word,
} from '../../../src/manifest/index.ts';

const queue = object({
  of: 'a queue',
  keys: {
    length: {
      shape: either(
        word('short', 'long'),
        list(text({ expected: 'a length' }), (one) => one, 'lengths'),
      ),
      text: 'How long.',
    },
    tags: { shape: list(text({ expected: 'a tag' }), (one) => one, 'tags'), text: 'Tags.' },
    order: { shape: whole(list(text({ expected: 'a name' }), (one) => one, 'names')), text: 'Order.' },
    isDurable: { shape: flag(), text: 'Kept.' },
  },
});
const shape = object({
  of: 'a manifest',
  isKept: true,
  keys: { ...manifestHead, queues: { shape: map(named('queue', queue), { of: 'queue' }), text: 'Queues.' } },
});
const language: ManifestLanguage<Parameters<typeof shape.merge>[0]> = {
  shape,
  expand: ({ deployment = '' }) => ({ deployment }),
  summary: () => '',
  fileOf: (expanded) => expanded,
  editorSchema: './schema.json',
  starter: ({ names: { deploymentId } }) => ({ file: { version: 1, deployment: deploymentId }, comments: [] }),
};
const head = 'version: 1\ndeployment: d\n';
const read = (body: string) => readManifest(Buffer.from(`${head}${body}`), 'f', language);

describe('merging', () => {
  it('is by shape: lists add, one value replaces, what is of another kind replaces', () => {
    expect(
      queue.merge(
        { tags: ['a', 'b'], order: ['x'], length: 'short' },
        { tags: ['b', 'c'], order: ['y'], length: ['1'] },
      ),
    ).toEqual({
      tags: ['a', 'b', 'c'],
      order: ['y'],
      length: ['1'],
    });
    expect(queue.merge({ length: ['1'] }, { length: ['2'], isDurable: false })).toEqual({
      length: ['1', '2'],
      isDurable: false,
    });
  });
});

describe('a manifest of another provider', () => {
  it('is read by its own shapes', () => {
    expect(read('queues: {a: {tags: [x], isDurable: true, length: long}, __proto__: {}}\n')).toEqual({
      expanded: { deployment: 'd' },
      written: expect.objectContaining({ version: 1, deployment: 'd' }),
      diagnostics: [],
      lines: [],
    });
  });

  it('is told what is wrong with its own words', () => {
    expect(
      read('queues: {a: {length: lnog, isDurable: maybe, tag: x, tags: [1, [2]]}}\n').diagnostics.map(
        ({ message }) => message,
      ),
    ).toEqual([
      'lnog: did you mean long?',
      'maybe, expected true or false',
      'tag is an unknown key; did you mean tags?',
      'the number 1, expected a tag; put it in quotes: "1"',
      'a list stands here, expected a tag',
    ]);
  });

  it('problems are data, with the edit that fixes the line', () => {
    expect(read('queues: {a: {isDurable: yes}}\n').diagnostics).toEqual([
      {
        severity: 'fail',
        code: 'type',
        message: 'yes, expected true',
        target: 'f:3:25',
        remedy: 'replace with: queues: {a: {isDurable: true}}',
        advice: [
          { kind: 'edit', change: 'replace', file: { path: 'f' }, line: 3, text: ['queues: {a: {isDurable: true}}'] },
        ],
      },
    ]);
  });

  it('more than a thousand problems are counted, not told', () => {
    const { lines, diagnostics } = read(
      `queues:\n${Array.from({ length: 1_200 }, (_, index) => `  q${index}: 1\n`).join('')}`,
    );
    expect(diagnostics.length).toBe(1_000);
    expect(lines.at(-1)).toBe('and 200 more');
  });

  it('a line of tens of thousands of problems is told in a time', { timeout: 180_000 }, () => {
    const queues = Array.from({ length: 40_000 }, (_, index) => `q${index}: {unlikely: 1}`).join(', ');
    const begun = process.cpuUsage();
    expect(read(`queues: {${queues}}\n`).lines.at(-1)).toBe('and 39000 more');
    expect(process.cpuUsage(begun).user).toBeLessThan(10_000_000);
  });

  it('has a schema in which what has a name stands once', () => {
    const document = schemaDocument(shape, 'Queues');
    expect(document.definitions).toMatchObject({ queue: { type: 'object', additionalProperties: false } });
    expect(document.properties).toMatchObject({
      queues: { description: 'Queues.', additionalProperties: { $ref: '#/definitions/queue' } },
    });
  });
});

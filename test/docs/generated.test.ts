// Pages that follow from the code are as it would write them, and the picture of a plan is what a server answers now.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { generatedPages } from '../../scripts/pages/generated-pages.ts';
import { planExample, planPicturePath } from '../../scripts/pages/plan-example.ts';
import { planPicture } from '../../scripts/pages/plan-picture.ts';
import { root } from './pages.ts';

it.each(Object.entries(generatedPages()))('%s; after a change: npm run docs', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text);
});

it('the picture of a plan; after a change: npm run docs', async () => {
  const example = await planExample(root);
  expect(example).toContain('bus_reports');
  expect(example).toContain('next: ');
  expect(planPicture(example)).toBe(readFileSync(join(root, planPicturePath), 'utf8'));
});

it('what stands in a text is no markup of the picture', () => {
  expect(planPicture('a <b> & c')).toContain('a &lt;b&gt; &amp; c');
});

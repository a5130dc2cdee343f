// Writes the pages that follow from the code, and the picture of a plan from a real one: `npm run docs`. A test says when
// one is out of date.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedPages } from './pages/generated-pages.ts';
import { planExample, planPicturePath } from './pages/plan-example.ts';
import { planPicture } from './pages/plan-picture.ts';

const root = join(import.meta.dirname, '..');
for (const [path, text] of Object.entries(generatedPages())) writeFileSync(join(root, path), text);
writeFileSync(join(root, planPicturePath), planPicture(await planExample(root)));

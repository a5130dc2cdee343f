// The page about outputs: its example is a manifest, and every form has its row.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from 'bus-integration-database/manifest';
import { expect, it } from 'vitest';
import { manifestOutputs } from '../../src/desired/manifest-outputs.ts';
import { postgresManifest } from '../../src/manifest/index.ts';
import { outputForms } from '../../src/manifest/shapes/output-forms.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/outputs.md'), 'utf8');

it('has an example that is read, and comes to the files that it tells of', () => {
  const [, example = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  const { expanded, lines } = readManifest(Buffer.from(example), 'manifest.yaml', postgresManifest);
  expect(lines).toEqual([]);
  if (expanded === undefined) throw new Error('it is not a manifest');
  const outputs = manifestOutputs(expanded as Parameters<typeof manifestOutputs>[0]);
  const shown = [...outputs.values()].map(({ file, form, connections }) => `${form} ${file}: ${connections.length}`);
  expect(shown).toMatchInlineSnapshot(`
    [
      "uri orders.shop_app.dsn: 1",
      "uri billing.shop_app.dsn: 1",
      "uri orders.shop_report.dsn: 1",
      "uri billing.shop_report.dsn: 1",
      "env ./env/auth.env: 1",
      "env ./env/usage.env: 1",
      "env ./env/report.env: 1",
      "pgpass /home/report/.pgpass: 4",
      "service ./pg_service.conf: 4",
      "jdbc ./jdbc/orders: 1",
      "jdbc ./jdbc/billing: 1",
      "secret ./k8s/orders-app.yaml: 1",
      "secret ./k8s/billing-app.yaml: 1",
    ]
  `);
});

it('has a row for each form', () => {
  const rows = [...page.matchAll(/^\| `(\w+)`/gm)].map(([, form]) => form);
  expect([...new Set(rows)].sort()).toEqual(Object.keys(outputForms).sort());
});

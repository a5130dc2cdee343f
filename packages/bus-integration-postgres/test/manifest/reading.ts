// Reads manifests as the product does, for tests.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ManifestReading, readManifest } from 'bus-integration-database/manifest';
import { type ExpandedManifest, postgresManifest } from '../../src/manifest/index.ts';

const folder = join(import.meta.dirname, 'good');

export const goodFiles = readdirSync(folder).sort();

export function goodText(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

export function read(text: string | Uint8Array, file = 'f'): ManifestReading<ExpandedManifest> {
  return readManifest(typeof text === 'string' ? Buffer.from(text) : text, file, postgresManifest);
}

/** `line:column: message` of everything that is told. */
export function said(text: string): readonly string[] {
  return read(text).diagnostics.map(({ target = '', message }) => `${target.slice('f:'.length)}: ${message}`);
}

/** What a manifest declares that has nothing wrong with it. */
export function declared(text: string): ExpandedManifest {
  const { expanded, lines } = read(text);
  if (expanded === undefined) throw new Error(lines.join('\n'));
  return expanded;
}

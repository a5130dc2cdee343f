// The pages that follow from the code, by their path. Pure.
import { schemaDocument } from 'bus-integration-database/manifest';
import { manifestTitle, postgresManifest } from 'bus-integration-postgres/manifest';
import { manifestReference } from './manifest-reference.ts';
import { verifyFindings } from './verify-findings.ts';

export function generatedPages(): Readonly<Record<string, string>> {
  return {
    'docs/manifest-reference.md': manifestReference(schemaDocument(postgresManifest.shape, manifestTitle)),
    'docs/verify-findings.md': verifyFindings(),
  };
}

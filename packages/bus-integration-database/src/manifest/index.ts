// The manifest for providers and for those who show what is wrong with one. Loaded only where a manifest is read.

export type { Expansion } from '../model/desired-state.ts';
export { manifestInFile } from './declared-manifest.ts';
export { manifestHead } from './head.ts';
export { type KnownNames, knownNames } from './known-names.ts';
export { manifestText } from './manifest-text.ts';
export type { OutputForms, OutputRule } from './output-rules.ts';
export { outputShape } from './output-rules.ts';
export type { ExpandedOutput, OutputEntry } from './outputs.ts';
export { expandOutputs } from './outputs.ts';
export type { Problems } from './problems.ts';
export type { ManifestLanguage, ManifestReading } from './read-manifest.ts';
export { readManifest } from './read-manifest.ts';
export { readManifestFile } from './read-source.ts';
export { schemaDocument } from './schema-document.ts';
export { isSecretKey } from './secret-words.ts';
export { quotedName, seen, spelled } from './seen.ts';
export type { EditorSchema, ManifestShape, ShapeKey, ShapeObject, ValueOf } from './shapes.ts';
export { either, list, map, named, object, whole } from './shapes-of-many.ts';
export type { TextFault } from './single-shapes.ts';
export { flag, nulFault, text, word } from './single-shapes.ts';
export type { Span } from './source.ts';
export type { MapNode, Node, NodePath } from './tree.ts';
export { keyAt, nodeAt } from './tree.ts';

// The manifest for providers and for those who show what is wrong with one. Loaded only where a manifest is read.

export type { Expansion } from '../model/desired-state.ts';
export { manifestInFile } from './declared-manifest.ts';
export { manifestHead } from './head.ts';
export { type KnownNames, knownNames } from './known-names.ts';
export type { MadeObject, OutputEntry, OutputForms, OutputRule } from './output-rules.ts';
export { outputShape } from './output-rules.ts';
export type { ExpandedOutput } from './outputs.ts';
export { expandOutputs } from './outputs.ts';
export type { ManifestLanguage, ManifestReading, StarterOptions } from './read-manifest.ts';
export { readManifest } from './read-manifest.ts';
export { schemaDocument } from './shapes/schema-document.ts';
export type { EditorSchema, ManifestShape, ShapeKey, ShapeObject, ValueOf } from './shapes/shapes.ts';
export { either, list, map, named, object, whole } from './shapes/shapes-of-many.ts';
export type { TextFault } from './shapes/single-shapes.ts';
export { flag, nulFault, text, word } from './shapes/single-shapes.ts';
export type { CommentedManifest, ManifestComment } from './text/manifest-text.ts';
export { manifestText } from './text/manifest-text.ts';
export type { Problems } from './text/problems.ts';
export { readManifestFile } from './text/read-source.ts';
export { holdsSecret, isSecretKey } from './text/secret-words.ts';
export { quotedName, seen, spelled } from './text/seen.ts';
export type { Span } from './text/source.ts';
export type { MapNode, Node, NodePath } from './text/tree.ts';
export { keyAt, nodeAt } from './text/tree.ts';

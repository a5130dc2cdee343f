// How what stands in a manifest appears in messages. Nothing of a secret. Pure.
import { printable } from '../../text/printable.ts';
import type { Problems } from './problems.ts';
import { holdsSecret, secretStart } from './secret-words.ts';
import type { Node, Scalar } from './tree.ts';

/** Tells a value that is of another kind than is expected. */
export function unexpected(node: Node, expected: string, problems: Problems, instead?: string): undefined {
  if (node.kind === 'nothing' && node.isRefused) return undefined;
  problems.report(node, 'type', `${seen(node)}, expected ${expected}`, instead);
  return undefined;
}

/** A value in a message; of a secret nothing. */
export function seen(node: Node): string {
  if (node.kind === 'map') return 'a map stands here';
  if (node.kind === 'list') return 'a list stands here';
  if (node.kind === 'nothing') return 'nothing stands here';
  return node.kind === 'text'
    ? quotedName(node.source)
    : `${node.kind === 'number' ? 'the number ' : ''}${shortened(node)}`;
}

function shortened({ source }: Scalar): string {
  return printable(source.length > 40 ? `${source.slice(0, 40)}…` : source);
}

/** A name as it stands in a message: plain where it is plain, else in quotes; cut where it is long. */
export function quotedName(name: string): string {
  if (!isShowable(name)) return '***';
  const cut = name.length > 70 ? `${name.slice(0, 70)}…` : name;
  const isPlain = /^[\w.{}/-]+$/.test(cut) && !/^(?:[\d.+-]+|true|false|null)$/i.test(cut);
  return isPlain ? cut : `"${printable(cut)}"`;
}

/** Whether nothing in a text looks like a secret, as far as it would be shown. */
export function isShowable(text: string): boolean {
  return !holdsSecret(text) && secretStart(text.slice(0, 400)) === undefined;
}

/** A name as it has to be spelled in the file. */
export function spelled(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) && !/^(?:true|false|null)$/i.test(name) ? name : JSON.stringify(name);
}

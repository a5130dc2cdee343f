// What looks like a secret in a manifest: refused, and hidden wherever the manifest is shown. Pure.
import type { Problems } from './problems.ts';
import { holdsSecret, isSecretKey } from './secret-words.ts';
import type { Node } from './tree.ts';

/** Refuses a single value, or a key, that looks like one. */
export function refuseIfSecret(node: Node, problems: Problems): void {
  if (node.kind === 'map' || node.kind === 'list' || !holdsSecret(node.source)) return;
  problems.hide(node);
  problems.report(
    node,
    'secret',
    'this looks like a secret; none may stand in this file: apply makes passwords, and writes them to the outputs',
  );
}

/** A role or a database may well be called tokens; what is not known in it is hidden where it is refused. */
export function hideIfSecret(key: string, value: Node, problems: Problems): void {
  if (value.kind !== 'nothing' && value.kind !== 'map' && isSecretKey(key)) problems.hide(value);
}

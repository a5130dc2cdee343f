// Whether what is desired needs details of roles to be read. Pure.
import { kindOf, type Resource } from '../kinds/index.ts';

/** The settings that are asked about with them; undefined where nothing asks for details. */
export function detailsAskedBy(resources: readonly Resource[]): readonly string[] | undefined {
  let asked: Set<string> | undefined;
  for (const resource of resources) {
    const settings = kindOf(resource).asksDetails?.(resource);
    if (settings === undefined) continue;
    asked ??= new Set();
    for (const name of settings) asked.add(name);
  }
  return asked && [...asked];
}

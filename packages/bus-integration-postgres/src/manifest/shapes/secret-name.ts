// What a Secret for Kubernetes is called, and which namespaces there can be. Pure.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
import type { MadeObject, OutputEntry } from 'bus-integration-database/manifest';

/** The file's name, as far as Kubernetes takes it: a DNS subdomain; undefined where nothing is left of it. */
export function secretName(file: string): string | undefined {
  const name = file
    .slice(file.lastIndexOf('/') + 1)
    .replace(/\.(ya?ml|json)$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/\.+/g, '.')
    .replace(/(^|\.)[.-]+/g, '$1')
    .replace(/[.-]+(\.|$)/g, '$1');
  return name === '' || name.length > 253 ? undefined : name;
}

/** A label of RFC 1123. */
function isNamespace(name: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name);
}

/** The Secret of an output; undefined where it has no file. */
export function secretOf({ file, namespace }: OutputEntry): MadeObject | undefined {
  if (file === undefined) return undefined;
  const name = secretName(file);
  if (name === undefined) return { fault: { key: 'file', named: file, why: 'gives its Secret no name' } };
  if (namespace !== undefined && !isNamespace(namespace)) {
    const why = 'is not a namespace of Kubernetes; write at most 63 small letters, digits and - between them';
    return { fault: { key: 'namespace', named: namespace, why } };
  }
  return { name: `Secret ${name}${namespace === undefined ? '' : ` of namespace ${namespace}`}` };
}

// The only string form of what a resource is. Never parsed; names are never joined by a separator.

/** Two resources are the same thing when it is equal. */
export function identityOf(kind: string, identity: readonly unknown[]): string {
  return JSON.stringify([kind, ...identity]);
}

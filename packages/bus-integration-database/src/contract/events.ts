// The names of the eight messages, in one place.
export const operations = ['plan', 'apply', 'status', 'verify'] as const;
export type Operation = (typeof operations)[number];

/** Every event name of the contract, requests and responses, in order. */
export const eventNames: readonly string[] = operations.flatMap((operation) => [
  requestEvent(operation),
  responseEvent(operation),
]);

export function requestEvent(operation: Operation): string {
  return `bus.database.${operation}.request`;
}

export function responseEvent(operation: Operation): string {
  return `bus.database.${operation}.response`;
}

// The short form of a desired state: lists of names, in which every role and schema is one of every database; and who may
// reach the server.

export const listenerPolicies = ['loopback', 'private', 'tls', 'external'] as const;
export type ListenerPolicy = (typeof listenerPolicies)[number];

/** Who may reach the server; what is not said has the provider's default. */
export interface Listener {
  readonly listenerPolicy?: ListenerPolicy;
  /** Addresses with prefix lengths, `10.0.0.0/8`. */
  readonly listenerNetworks?: readonly string[];
}

/** As env keys and requests say it. */
export interface Lists {
  readonly databases: readonly string[];
  /** Login roles, the service role among them. */
  readonly roles: readonly string[];
  /** May hold `{database}`, which makes one role for each database. Default: the first of `roles`. */
  readonly serviceRole?: string;
  readonly schemas: readonly string[];
}

/** Whether lists name the same, in whatever order; a name that is listed twice is not the same as once. */
export function isSameLists(one: Lists, other: Lists): boolean {
  return (
    one.serviceRole === other.serviceRole &&
    hasSame(one.databases, other.databases) &&
    hasSame(one.roles, other.roles) &&
    hasSame(one.schemas, other.schemas)
  );
}

/** Whether both let in the same. */
export function isSameListener(one: Listener, other: Listener): boolean {
  const [here, there] = [one.listenerNetworks, other.listenerNetworks];
  const haveSame = here === undefined || there === undefined ? here === there : hasSame(here, there);
  return one.listenerPolicy === other.listenerPolicy && haveSame;
}

function hasSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  const [here, there] = [new Set(one), new Set(other)];
  return here.size === there.size && one.every((name) => there.has(name));
}

// What a deployment asks for, by request or by configuration.

/** The databases, roles and schemas that a request or a configuration asks for. */
export type Declaration = {
  readonly databases: readonly string[];
  /** Login roles with rights on every database; the service role is among them. May hold `{database}`. */
  readonly roles: readonly string[];
  readonly serviceRole?: string | undefined;
  readonly schemas: readonly string[];
};

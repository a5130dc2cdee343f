// A step is what a plan consists of: plain JSON that can be stored, hashed, mailed and reviewed.
// It holds no SQL that anybody runs, no secret and no closure; SQL is rendered from it for showing.

/**
 * What carrying a step out may do to others. `create` makes something new or only reads; `grant` adds rights;
 * `update` changes something that exists; `rotate` replaces a password; `revoke` takes rights away;
 * `destructive` loses something.
 */
export const risks = ['create', 'grant', 'update', 'rotate', 'revoke', 'destructive'] as const;
export type Risk = (typeof risks)[number];

export type StepState = 'planned' | 'applied' | 'skipped' | 'failed' | 'unknown';

interface StepOf<Action extends string, After, Before = undefined> {
  readonly action: Action;
  /** What it is done to, for people; programs read `before` and `after`. */
  readonly target: string;
  readonly risk: Risk;
  readonly summary: string;
  readonly before?: Before;
  readonly after?: After;
  /** Rendered for showing; never run, never part of a plan's identity. */
  readonly sql?: readonly string[];
  readonly state?: StepState;
}

export interface SchemaPrivileges {
  readonly schema: string;
  readonly privileges: readonly string[];
}

/** Privileges of one grantee in one database, on the database itself and on its schemas. */
export interface DatabasePrivileges {
  readonly database: string;
  /** A role's name, or null for everyone (SQL's PUBLIC). */
  readonly grantee: string | null;
  readonly on_database: readonly string[];
  readonly on_schemas: readonly SchemaPrivileges[];
}

export interface DsnFileContent {
  readonly file: string;
  readonly database: string;
  readonly role: string;
  readonly endpoint: Readonly<Record<string, string>>;
  /** Where the password in it comes from. */
  readonly password: 'new' | 'kept' | 'staged' | 'sibling';
}

export interface Marked {
  readonly name: string;
  /** The deployment whose mark it bears, if any. */
  readonly deployment: string | null;
}

export type Step =
  | StepOf<
      'discover-provider',
      { provider: string; server_version: string; system_identifier?: string; admin_may_create: readonly string[] }
    >
  | StepOf<
      'compute-database-plan',
      { roles: number; databases: number; schemas: readonly string[]; dsn_files: number; dsn_directory?: string }
    >
  | StepOf<'create-role', { name: string; can_login: boolean; password: DsnFileContent['password'] | 'none' }>
  | StepOf<
      'alter-role',
      { name: string; can_login?: boolean; password?: 'new' | 'staged' },
      { name: string; can_login?: boolean; replaces?: string }
    >
  | StepOf<'adopt-role', Marked, Marked>
  | StepOf<'create-database', { name: string; owner: string; encoding: string }, { name: string; unfinished: true }>
  | StepOf<'adopt-database', Marked, Marked>
  | StepOf<'create-schema', { database: string; name: string }>
  | StepOf<'grant-privileges', DatabasePrivileges>
  | StepOf<'revoke-privileges', undefined, DatabasePrivileges>
  | StepOf<'write-dsn-file', DsnFileContent, { file: string; endpoint?: Readonly<Record<string, string>> }>
  | StepOf<'promote-dsn-file', { file: string; database: string; role: string }>
  | StepOf<'discard-staged-file', undefined, { file: string; database: string; role: string }>
  | StepOf<'apply-database-plan', { steps: number }>;

export type Action = Step['action'];
export type StepOfAction<A extends Action> = Extract<Step, { action: A }>;

/** Steps that only say what was done to make the plan, or that it was carried out: they change nothing. */
export function isMutating(step: Step): boolean {
  return (
    step.action !== 'discover-provider' &&
    step.action !== 'compute-database-plan' &&
    step.action !== 'apply-database-plan'
  );
}

// What every kind of resource says of itself: index.ts has one row for each.
import type {
  ActionFacts,
  AnyResource,
  BareStep,
  CommonAction,
  DatabaseStatus,
  DecidedFile,
  DesiredNames,
  Diagnostic,
  DsnFileStatus,
  Endpoint,
  FilePair,
  Proofs,
  Risk,
  RoleStatus,
  SchemaStatus,
  Standing,
  Step,
  StepOf,
  StepOfAction,
} from 'bus-integration-database';
import type { Observation } from '../../observe/observation.ts';
import type { SelfGrant } from '../../ownership/self-grant.ts';

/**
 * When a statement runs, in this order: roles, some hundred a transaction; their memberships; databases made closed; the
 * same opened, some hundred a transaction; inside each database; the roles let in; memberships that end; and last, when
 * nothing else can fail any more, the new passwords of roles that services use already.
 */
export type Phase =
  | 'roles'
  | 'memberships'
  | 'create'
  | 'open'
  | 'inside'
  | 'enter'
  | 'leave'
  | 'passwords'
  | RetiringPhase;

/**
 * After all others, where something is to go: logins and other owners' databases taken, sessions ended, databases dropped,
 * what is left of roles cleared in each database, roles dropped. Each is committed before the next.
 */
type RetiringPhase = 'retired-logins' | 'retired-sessions' | 'retired-databases' | 'retired-contents' | 'retired-roles';

/** Where a step stands in a plan: reports, then roles, then each database with all that belongs to it, in this order. */
const retiringPlaces = ['retired-login', 'retired-database', 'retired-contents', 'retired-role'] as const;
export const places = [
  'report',
  'role',
  'membership',
  'database',
  'setting',
  'contents',
  'grant',
  'revocation',
  'file',
  ...retiringPlaces,
] as const;
type StepPlace = (typeof places)[number];

export interface Statement {
  readonly phase: Phase;
  readonly sql: string;
  /** The database that an `inside` statement runs in; for the others the one it is about. */
  readonly database?: string;
  /** The role that a statement of the phases `roles` and `passwords` is about: all of one role are one transaction. */
  readonly role?: string;
  /**
   * It needs the rights of these roles: the owner of what it is about, and who is to own it. A plain admin joins them for
   * that transaction. Not in phases `roles`, `create`, `passwords`; its kind asks for details.
   */
  readonly as?: string | readonly string[];
  /** Of the locks that one transaction may take: those of one may come to 1 together. Default: next to none. */
  readonly share?: number;
}

/** What statements may look up beyond their step. */
export interface RuleContext {
  readonly deploymentId: string;
  /** The comment that a role or database carries now. */
  readonly commentOf: (kind: 'role' | 'database', name: string) => string | null;
  /** What goes to the server as the role's password; nothing while a plan is only shown. */
  readonly passwordOf: (role: string) => string | undefined;
  /** 140000 and up: some statements differ by it. */
  readonly versionNum: number;
  /** The role that the admin has to join for what it does to a database itself. */
  readonly joinedFor: (database: string) => string | undefined;
  /** How the admin gets a role's rights for one transaction; nothing where it has them. */
  readonly selfGrantOf: (role: string) => SelfGrant | undefined;
}

/** One action of a kind: what it says to a person and which statements carry it out. */
export interface Rule<S extends Step> {
  readonly place: StepPlace;
  /** Its statements inside a database are one transaction, whatever else is in another. */
  readonly isIndivisible?: true;
  summary(step: S): string;
  statements(step: S, context: RuleContext): readonly Statement[];
  /** An attribute of the admin's own role that it needs. */
  attribute?(step: S): 'CREATEROLE' | 'CREATEDB' | undefined;
  /** What else the admin lacks for it. */
  lacks(step: S, seen: Observation): readonly Diagnostic[];
  /** The role or database that it changes: of one that was only just adopted no more than its mark may, unless allowed. */
  changes(step: S): { readonly role: string } | { readonly database: string } | undefined;
  /** The role whose password a step of risk `rotate` replaces: `--rotate` has to name it. */
  rotates?(step: S): string | undefined;
  /** Beside its own risk: what else the operator has to allow. */
  alsoRisks?(step: S): readonly Risk[];
  /** The database that those who are connected may lose by it. */
  shutsOut?(step: S): string | undefined;
  /** Makes one step of those that belong to one group. */
  join?(steps: readonly [S, ...S[]]): S;
}

/** What is to be retired, as it was judged. */
export interface RetiredScope {
  readonly roles: ReadonlyMap<string, Standing>;
  readonly databases: ReadonlyMap<string, Standing>;
  /** Who gets what a retired role owns, by its name. */
  readonly heirs: ReadonlyMap<string, string>;
  /** Databases that another step gives to their owner. */
  readonly given: ReadonlySet<string>;
  /** Whether a role may create in a schema, by what is desired. */
  readonly creates: (role: string, database: string, schema: string) => boolean;
}

/** What kinds look at to judge their resources. */
export interface Scope {
  readonly deploymentId: string;
  readonly seen: Observation;
  /** How each declared role and database stands, by name. */
  readonly roles: ReadonlyMap<string, Standing>;
  readonly databases: ReadonlyMap<string, Standing>;
  /** Declared by this request, or by the configuration, which it may differ from: not left over. */
  readonly declared: DesiredNames;
  /** What was decided of logins' files, by their names. */
  readonly files: ReadonlyMap<string, DecidedFile>;
  /** Where services connect. */
  readonly serviceEndpoint: Endpoint;
  /** Absent where nothing is. */
  readonly retired?: RetiredScope | undefined;
  /** The desired state says all that its roles may do: what they have beyond that is taken. */
  readonly saysAll?: boolean;
  /** The database was made by this run, and is looked into for the first time. */
  readonly isJustMade?: boolean;
}

/** What may be left over; `survey/leftovers.ts` has a list of each. */
export type LeftoverKind = 'database' | 'schema' | 'role' | 'dsn-file';

/** What one difference comes to; `S` are the steps of its kind. */
export type Meaning<S extends BareStep = BareStep> =
  | { readonly step: S }
  | { readonly finding: Diagnostic }
  /** What no step can bring about: the plan is refused, as a request for what can't be had. */
  | { readonly refusal: Diagnostic; readonly errorClass?: 'unsafe' }
  /** Told among what is left over, with the statements that would retire it; they are never run. */
  | { readonly leftover: LeftoverKind }
  /** Done or told together with the difference of another resource, which is named by its identity. */
  | { readonly with: string };

/** Never empty: no difference goes untold. */
export type Meanings<S extends BareStep = BareStep> = readonly [Meaning<S>, ...Meaning<S>[]];

/** One row for each of a status's lists. */
export interface StatusRow {
  readonly roles?: RoleStatus;
  readonly databases?: DatabaseStatus;
  readonly schemas?: SchemaStatus;
  readonly dsn_files?: readonly DsnFileStatus[];
}

/** What a status is told from. */
export interface StatusContext {
  readonly deploymentId: string;
  readonly seen: Observation;
  readonly pairsOf: (role: string) => readonly FilePair[];
  readonly pairsIn: (file: string) => readonly FilePair[];
  readonly proofs: Proofs;
  /** Whether a step of the plan has this target. */
  readonly isDrifting: (target: string) => boolean;
}

/** What differences of a kind come to. Pure. */
export interface Differing<R extends AnyResource, S extends BareStep = BareStep> {
  /** All that tells it from others of its kind. */
  identity(resource: R): readonly unknown[];
  /**
   * Whether it is to be compared, wanted or found: what is refused or can't be looked at is told elsewhere, and is neither
   * changed nor taken for absent.
   */
  isManaged(resource: R, scope: Scope): boolean;
  /** What was read, as resources. Of privileges held by another way only those count that are `desired`. */
  observed(scope: Scope, desired: readonly R[]): R[];
  made(after: R, scope: Scope): Meanings<S>;
  changed(before: R, after: R, scope: Scope): Meanings<S>;
  gone(before: R, scope: Scope): Meanings<S>;
}

/** What is known of a kind beside its actions. Pure. */
export interface Row<R extends AnyResource, S extends BareStep = BareStep> extends Differing<R, S> {
  /** It belongs into a database, and is planned once more in one that was just made. */
  readonly isInside?: true;
  /** Details of roles have to be read for it ({@link RolesInDetail}), and these settings. Default: none. */
  asksDetails?(resource: R): readonly string[] | undefined;
  /** The database that it belongs to. */
  database(resource: R): string | undefined;
  /** Those of one group are one step. */
  group?(resource: R): string;
  /** What is worth telling of a wanted one, but changes nothing. */
  findings(desired: R, scope: Scope): readonly Diagnostic[];
  status(desired: R, observation: StatusContext): StatusRow;
}

/** What the contract is told of a kind's own actions, by name. */
export type Registered = Readonly<Record<string, ActionFacts>>;

type StepsByAction<F extends Registered, C extends CommonAction> = {
  readonly [A in keyof F & string]: StepOf<A, F[A]>;
} & { readonly [A in C]: StepOfAction<A> };
type WithoutSummary<S> = S extends Step ? Omit<S, 'summary'> : never;

/** The steps of a kind with these actions. */
export type StepsOfKind<F extends Registered, C extends CommonAction = never> = WithoutSummary<
  StepsByAction<F, C>[(keyof F & string) | C]
>;

/** All that is known of a kind of resource, whose actions are its own, `F`, or such as every provider has, `C`. Pure. */
export interface Kind<R extends AnyResource, F extends Registered, C extends CommonAction = never>
  extends Row<R, StepsOfKind<F, C>> {
  readonly registered: F;
  readonly actions: { readonly [A in (keyof F & string) | C]: Rule<StepsByAction<F, C>[A]> };
}

/** As {@link Meanings}; a difference that comes to nothing is a mistake in its kind. */
export function meanings<S extends BareStep>(list: readonly Meaning<S>[]): Meanings<S> {
  const [first, ...others] = list;
  if (first === undefined) throw new Error('internal error: a difference became neither a step nor a finding');
  return [first, ...others];
}

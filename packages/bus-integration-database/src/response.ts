// What every surface renders: one shape for plan, apply, status, verify and doctor.
import type { ErrorClass } from './errors.ts';
import type { Step } from './step.ts';

export type Verb = 'plan' | 'apply' | 'status' | 'verify' | 'doctor';

export interface Diagnostic {
  readonly severity: 'info' | 'warn' | 'fail';
  readonly code: string;
  readonly message: string;
  readonly target?: string;
  readonly remedy?: string;
}

export interface Check {
  readonly id: string;
  readonly kind: 'doctor' | 'connectivity' | 'listener-policy';
  readonly result: 'ok' | 'info' | 'warn' | 'fail' | 'unknown' | 'skipped';
  readonly target?: string;
  readonly seen: string;
  readonly remedy?: string;
}

/** The server that a response speaks of. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly admin_role: string;
  readonly server_version: string;
  /** Names the cluster even where host and port don't; absent where the admin may not read it. */
  readonly system_identifier?: string;
}

export interface RoleStatus {
  readonly name: string;
  readonly state: 'ours' | 'missing' | 'foreign' | 'unmarked';
  readonly can_login?: boolean;
  readonly connections?: number;
  readonly password?: 'proven' | 'disproven' | 'unknown' | 'none';
}

export interface DatabaseStatus {
  readonly name: string;
  readonly state: 'ours' | 'missing' | 'foreign' | 'unmarked' | 'unfinished';
  readonly size_bytes?: number;
  readonly connections?: number;
}

export interface SchemaStatus {
  readonly database: string;
  readonly name: string;
  readonly state: 'present' | 'missing' | 'unknown';
}

export interface DsnFileStatus {
  readonly path: string;
  readonly database: string;
  readonly role: string;
  readonly state: 'current' | 'outdated' | 'missing' | 'broken';
  readonly password: 'proven' | 'disproven' | 'unknown' | 'none';
}

export interface Leftover {
  readonly kind: 'role' | 'database' | 'dsn-file';
  readonly name: string;
}

export interface Response {
  readonly ok: boolean;
  /** False when something that was asked for could not be seen. */
  readonly complete?: boolean;
  readonly deployment_id: string;
  readonly provider: string;
  readonly dry_run?: boolean;
  readonly target?: Target;
  /** The steps' kinds, one per step, in order. */
  readonly actions: readonly string[];
  readonly steps: readonly Step[];
  readonly diagnostics: readonly Diagnostic[];
  readonly error_class?: ErrorClass;
  readonly plan_id?: string;
  /** Risks and adoptions that the plan was made with; a saved plan carries them. */
  readonly allowed?: Allowed;
  readonly elapsed_ms?: number;
  readonly roles?: readonly RoleStatus[];
  readonly databases?: readonly DatabaseStatus[];
  readonly schemas?: readonly SchemaStatus[];
  readonly dsn_files?: readonly DsnFileStatus[];
  readonly leftovers?: readonly Leftover[];
  readonly drift?: readonly Step[];
  readonly connectivity?: readonly Check[];
  readonly listener_policy?: readonly Check[];
  readonly checks?: readonly Check[];
}

export interface Allowed {
  readonly allow: readonly string[];
  readonly adopt: boolean;
  readonly adopt_from?: string;
  readonly rotate: readonly string[];
}

// What a plan is worked out of, and what it comes to.
import type {
  Allowed,
  Delta,
  DesiredNames,
  DesiredState,
  Diagnostic,
  ErrorClass,
  NextVerb,
  Remedy,
  RoleDecision,
  Step,
} from 'bus-integration-database';
import type { DesiredService } from '../conninfo/dsn-endpoint.ts';
import type { Resource } from '../kinds/index.ts';
import type { Scope } from '../kinds/kind/kind.ts';

/** What a verb is about: the desired state, and what may be done for it. */
export interface Intent {
  readonly desired: DesiredState<Resource>;
  /** That, and what the configuration declares where a request declares something else: nothing of it is left over. */
  readonly declared: DesiredNames;
  /** What ./.env declares, where the environment overrules that: nothing of it may be retired. */
  readonly overruled?: DesiredNames | undefined;
  readonly allowed: Allowed;
  /** The verb that remedies name. Default: plan. */
  readonly verb?: NextVerb;
  /** The DSN files' directory, as the operator wrote it. */
  readonly dsnDirectory?: string | undefined;
  /** By role whose new password could not be proven: what would let it be. Such a one is not told to be rotated. */
  readonly unprovable?: ReadonlyMap<string, Remedy>;
  /** Where services are to connect, as far as the configuration says it. */
  readonly service: DesiredService;
}

export interface Computed {
  readonly steps: readonly Step[];
  /** What is desired, with the passwords and files that were decided. */
  readonly resources: readonly Resource[];
  readonly scope: Scope;
  /** What a step is still to undo; empty where all is as desired. */
  readonly deltas: readonly Delta<Resource>[];
  readonly credentials: readonly RoleDecision[];
  /** Everything that keeps an apply from ending well, gravest class first. */
  readonly refusals: readonly Diagnostic[];
  /** False where only files can't be settled for want of proof: the rest may be done. */
  readonly isRefused: boolean;
  readonly errorClass?: ErrorClass;
  /** Worth telling, but stopping nothing. */
  readonly findings: readonly Diagnostic[];
}

/** The same without a new password for these roles; for all, where none are named. */
export function withoutRotation(intent: Intent, roles: ReadonlySet<string> = new Set(intent.allowed.rotate)): Intent {
  const rotate = intent.allowed.rotate.filter((role) => !roles.has(role));
  return { ...intent, allowed: { ...intent.allowed, rotate } };
}

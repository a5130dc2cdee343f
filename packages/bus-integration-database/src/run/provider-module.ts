// What the composition roots' lists hold: a provider with everything that a surface wants of it beside its answers.

import type { Configuration, ProviderKeys } from '../config/config.ts';
import type { ProviderFacts } from '../contract/facts.ts';
import type { Diagnostic } from '../contract/response.ts';
import type { ManifestLanguage } from '../manifest/read-manifest.ts';
import type { CommentedManifest } from '../manifest/text/manifest-text.ts';
import type { Environment } from '../text/environment.ts';
import type { Context, Provider } from './provider.ts';
import type { ScriptWriter } from './script-writer.ts';

/** What a provider takes from the process, handed in by the composition root. */
export interface ProviderContext {
  readonly env: Environment;
  /** `env` without what an env file added: all that child programs get. Default: `env`. */
  readonly processEnv?: Environment;
  readonly homeDirectory: string;
  readonly osUser: string;
  readonly cwd: string;
  readonly uid: number;
  /** Files that the command line names, by its flags: no output is written there. */
  readonly namedFiles?: Readonly<Record<string, string>>;
}

export interface ProviderOptions {
  readonly configuration: Configuration;
  readonly processContext: ProviderContext;
  readonly jobs?: number;
  readonly lockTimeoutMs?: number;
}

/** What `verify --explain` says of a finding. */
export interface Explanation {
  readonly title: string;
  readonly why: string;
  readonly fix: string;
  readonly page: string;
}

/** Of what a description is to be. */
export interface DescribeRequest {
  /** Default: what the deployment declares or has marked; where that is nothing, all that it may look into. */
  readonly databases: readonly string[];
}

/** A manifest that says what a server holds, and what no manifest can say of it. */
export interface ServerDescription extends CommentedManifest {
  readonly findings: readonly Diagnostic[];
}

/** Reads what is there; a plan with the manifest changes nothing but whose it is. */
export type DescribeServer = (
  options: ProviderOptions,
  request: DescribeRequest,
  context: Context,
) => Promise<ServerDescription>;

/** A provider for a run. */
export interface ProviderModule {
  readonly keys: ProviderKeys;
  readonly create: (options: ProviderOptions) => Provider;
  /** What its answers say beyond the contract. */
  readonly facts?: ProviderFacts;
  readonly findings?: Readonly<Record<string, Explanation>>;
  /** For `plan --sql`; without it there are no scripts. */
  readonly script?: ScriptWriter;
  /** How its manifests are read, loaded only where there is one; without it there are none. */
  readonly manifest?: () => Promise<ManifestLanguage>;
  /** How a server is described, loaded only where that is asked for; without it none is. */
  readonly describe?: () => Promise<DescribeServer>;
}

/** A provider as a process that serves has it, for all deployments. */
export interface ServedProvider extends Pick<ProviderModule, 'keys' | 'create' | 'facts' | 'manifest'> {
  /** Ends what is kept between requests. */
  readonly close: () => Promise<void>;
}

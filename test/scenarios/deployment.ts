// A deployment's folder and configuration, driven in this process by the requests that every surface sends. It decides
// nothing of its own: what it answers is the provider's answer.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DeclaredManifest,
  type DesiredState,
  desiredBy,
  handle,
  type Progress,
  parseRequest,
  type Response,
  readConfiguration,
  responseFaults,
  type Step,
  type Verb,
} from 'bus-integration-database';
import { readManifest } from 'bus-integration-database/manifest';
import { createPostgresProvider, type KeptSessions, type Meter, postgresKeys } from 'bus-integration-postgres';
import { postgresManifest } from 'bus-integration-postgres/manifest';

/** What a deployment declares, by its keys. */
export interface Desired {
  readonly databases: readonly string[];
  readonly serviceRole?: string;
  readonly roles?: readonly string[];
  readonly schemas?: readonly string[];
  /** In place of all lists: the text of a manifest. */
  readonly manifest?: string;
  /** Further keys: `{ BUS_DATABASE_SERVICE_HOST: 'localhost' }`. */
  readonly keys?: Readonly<Record<string, string>>;
}

/** The operator's word for what is refused without it. */
export interface Flags {
  readonly allow?: readonly string[];
  readonly adopt?: boolean;
  readonly adopt_from?: string;
  readonly rotate?: readonly string[];
}

export interface DeploymentOptions {
  readonly adminDsn: string;
  readonly desired: Desired;
  readonly folder: string;
  readonly deploymentId?: string;
  readonly meter?: Meter;
  readonly jobs?: number;
  readonly lockTimeoutMs?: number;
  readonly kept?: KeptSessions;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Deployment {
  readonly folder: string;
  readonly dsnDirectory: string;
  plan(flags?: Flags): Promise<Response>;
  apply(flags?: Flags, saved?: Response): Promise<Response>;
  status(): Promise<Response>;
  verify(said?: Readonly<Record<string, unknown>>): Promise<Response>;
  doctor(): Promise<Response>;
  report(): Promise<Response>;
  /** Asks about what is said, whatever is declared. */
  ask(verb: Verb, said: Readonly<Record<string, unknown>>): Promise<Response>;
  /** The DSN in a file of the output directory. */
  dsn(file: string): string;
}

export const exampleId = 'example-dev';

export function createDeployment(options: DeploymentOptions): Deployment {
  const { adminDsn, desired, folder, meter, jobs, lockTimeoutMs, kept, onProgress } = options;
  const env = { ...keysOf(desired, options.deploymentId ?? exampleId), BUS_POSTGRES_ADMIN_DSN: adminDsn };
  const manifest = desired.manifest === undefined ? undefined : manifestOf(desired.manifest);
  const { configuration: read } = readConfiguration(env, { manifest }, [postgresKeys]);
  const about = { deployment_id: read.deploymentId, provider: read.provider };
  const declaration = { ...about, ...declaredBy(read.desired) };
  const rules = { names: postgresKeys.names, configured: read.desired };
  const configuration = { ...read, desired: desiredBy(parseRequest('doctor', declaration), rules) };
  // Programs such as git are found on the process's own PATH.
  const processEnv = { PATH: process.env.PATH };
  const processContext = {
    env,
    processEnv,
    cwd: folder,
    homeDirectory: folder,
    osUser: 'nobody',
    uid: process.getuid?.() ?? 0,
  };
  const provider = createPostgresProvider({
    configuration,
    processContext,
    ...(meter !== undefined && { meter }),
    ...(jobs !== undefined && { jobs }),
    ...(lockTimeoutMs !== undefined && { lockTimeoutMs }),
    ...(kept !== undefined && { kept }),
  });
  const ask = async (verb: Verb, request: unknown) => {
    const context = { signal: new AbortController().signal, ...(onProgress && { onProgress }) };
    const response = await handle(verb, request, [provider], context);
    // What is not a response of the contract no surface but the command line would let out.
    const faults = responseFaults(response, { facts: provider.facts });
    if (faults.length > 0)
      throw new Error(`the answer to ${verb} is not a response of the contract: ${faults.join('; ')}`);
    return response;
  };
  const dsnDirectory = join(folder, 'local', 'dsn');
  return {
    folder,
    dsnDirectory,
    plan: (flags = {}) => ask('plan', { ...declaration, ...flags, dry_run: true }),
    apply: (flags = {}, saved) =>
      ask('apply', { ...declaration, ...flags, dry_run: false, confirm: true, ...(saved && { plan: saved }) }),
    status: () => ask('status', about),
    verify: (said = {}) => ask('verify', { ...about, checks: ['connectivity'], ...said }),
    doctor: () => ask('doctor', declaration),
    report: () => ask('report', about),
    ask: (verb, said) => ask(verb, { ...about, ...said }),
    dsn: (file) => readFileSync(join(dsnDirectory, file), 'utf8').trim(),
  };
}

/** What a manifest declares; what is wrong with it fails the test. */
function manifestOf(text: string): DeclaredManifest {
  const { expanded, written, lines } = readManifest(Buffer.from(text), 'manifest.yaml', postgresManifest);
  if (expanded === undefined || written === undefined) throw new Error(lines.join('\n'));
  return { expanded, written, file: 'manifest.yaml' };
}

function declaredBy({ manifest, lists }: DesiredState) {
  if (manifest !== undefined) return { manifest: manifest.written };
  const { databases = [], roles = [], serviceRole, schemas = [] } = lists ?? {};
  return {
    databases: databases.map(decoded),
    roles: roles.map(decoded),
    schemas: schemas.map(decoded),
    ...(serviceRole !== undefined && { service_role: decoded(serviceRole) }),
  };
}

/** A declaration that a manifest declares; it is of deployment `example-dev`. */
export function fromManifest(text: string, keys: Desired['keys'] = {}): Desired {
  return { databases: [], manifest: `version: 1\ndeployment: ${exampleId}\n${text}`, keys };
}

/** The keys of a deployment, as an env file would give them. */
export function keysOf(desired: Desired, deploymentId: string): Record<string, string> {
  return {
    BUS_DEPLOYMENT_ID: deploymentId,
    BUS_DATABASE_PROVIDER: 'postgres',
    BUS_DATABASE_DSN_OUTPUT_DIR: './local/dsn',
    ...(desired.databases.length > 0 && { BUS_DATABASE_NAMES: listOf(desired.databases) }),
    ...(desired.serviceRole !== undefined && { BUS_DATABASE_SERVICE_ROLE: desired.serviceRole }),
    ...(desired.roles !== undefined && desired.roles.length > 0 && { BUS_DATABASE_ROLE_NAMES: listOf(desired.roles) }),
    ...(desired.schemas !== undefined && { BUS_DATABASE_SCHEMAS: listOf(desired.schemas) }),
    ...desired.keys,
  };
}

/** No list key can hold a name with a blank or a semicolon: such names come by request, as here. */
const listOf = (names: readonly string[]) => names.map(encoded).join(',');
const encoded = (name: string) => name.replaceAll(' ', '\x01').replaceAll(';', '\x02');
const decoded = (name: string) => name.replaceAll('\x01', ' ').replaceAll('\x02', ';');

/** A folder of its own for a deployment, which vanishes with the scope; in memory where there is room for that. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const parent = ['/dev/shm', tmpdir()].find((directory) => existsSync(directory)) ?? tmpdir();
  const path = mkdtempSync(join(parent, 'bus-deployment-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** `create-role app_service`: the steps that change something, in order. */
export function stepLines(steps: readonly Step[]): string[] {
  const leads = ['discover-provider', 'compute-database-plan', 'apply-database-plan'];
  return steps.filter(({ action }) => !leads.includes(action)).map(({ action, target }) => `${action} ${target}`);
}

/** Every file of the output directory with its content; `undefined` when there is no directory. */
export function filesIn(directory: string): Record<string, string> | undefined {
  try {
    const names = readdirSync(directory).sort();
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

// A provider that works somewhere else: each verb asks a running API, so that everything before and after it is as ever.
// Follows no redirect, and shows its token to nobody but that URL.

import { resolve } from 'node:path';
import {
  type Context,
  type DoctorRequest,
  type Environment,
  headerSafe,
  isForShell,
  mapAdvice,
  OperationError,
  type Provider,
  type ProviderFacts,
  printable,
  type ReportRequest,
  type Response,
  readSecretFile,
  Secret,
  type StatusRequest,
  type Verb,
} from 'bus-integration-database';
import { responseFaults } from 'bus-integration-database/contract';
import type { Flags } from '../command-line/flags.ts';
import type { ApiAddress } from './api-address.ts';
import { type ApiAnswer, callApi, objectIn } from './api-call.ts';
import { followJob } from './job.ts';
import { tokenKeyOf } from './token-keys.ts';

/**
 * Where the API is, and what it is shown: `--api-url`, with or without the API's own path, and `--token-file`;
 * without one BUS_OPERATOR_TOKEN, then BUS_INTERNAL_TOKEN.
 *
 * @throws OperationError `invalid-request`, `not-configured`
 * @example
 * readApiAddress({ ...flags, apiUrl: 'http://127.0.0.1:8092' }, '/srv').url.pathname; // '/api/internal/database/'
 */
export function readApiAddress({ apiUrl = '', tokenFile }: Flags, cwd: string, env: Environment = {}): ApiAddress {
  const refuse = (why: string): never => {
    throw new OperationError('invalid-request', `--api-url: ${why}`, {
      code: 'usage',
      remedy: '--api-url http://127.0.0.1:8092',
    });
  };
  const url = URL.canParse(apiUrl) ? new URL(apiUrl) : refuse('not a URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') refuse('expected http: or https:');
  if (url.username !== '' || url.password !== '')
    refuse('credentials in a URL can be seen by others; use --token-file');
  if (url.search !== '' || url.hash !== '') refuse('expected no query and no fragment');
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(apiPath) ? `${path}/` : `${path}${apiPath}/`;
  if (tokenFile === undefined) {
    const key = tokenKeyOf(env);
    return key === undefined ? { url } : { url, token: headerSafe(new Secret(env[key] ?? ''), key) };
  }
  const { secret } = readSecretFile(resolve(cwd, tokenFile), { uid: process.getuid?.() ?? 0, shownAs: tokenFile });
  return { url, token: headerSafe(secret, '--token-file') };
}

const apiPath = '/api/internal/database';

/** What is known here of the provider there, and what is declared here. */
export interface ApiProviderOptions {
  readonly facts?: Provider['facts'] | undefined;
  readonly configured?: Provider['configured'];
}

/**
 * A provider whose answers are an API's; they are checked by what the provider there registers, where that is given.
 *
 * @example
 * await handle('status', request, [createApiProvider('postgres', { url })], { signal });
 */
export function createApiProvider(
  name: string,
  address: ApiAddress,
  { facts, configured }: ApiProviderOptions = {},
): Provider {
  const responseIn = (answer: ApiAnswer, asked: Asked) =>
    toWhatWasAsked(checkedResponse(answer, facts), { ...asked, provider: name }, answer);
  const ask = async (verb: Verb, request: Asked, context: Context): Promise<Response> =>
    responseIn(await callApi(address, { path: verb, body: request }, context), request);
  /** What names nothing is a reading that others may share. */
  const look = async (
    verb: Verb,
    request: StatusRequest | DoctorRequest | ReportRequest,
    context: Context,
  ): Promise<Response> => {
    if (request.databases !== undefined) return await ask(verb, request, context);
    const { deployment_id } = request;
    const path = `${verb}?${new URLSearchParams({ deployment_id })}`;
    return responseIn(await callApi(address, { path }, context), request);
  };
  return {
    name,
    ...(configured !== undefined && { configured }),
    plan: (request, context) => ask('plan', request, context),
    verify: (request, context) => ask('verify', request, context),
    status: (request, context) => look('status', request, context),
    doctor: (request, context) => look('doctor', request, context),
    report: (request, context) => look('report', request, context),
    apply: async (request, context) => {
      // An interruption between question and answer would leave nobody to tell of the job: this call is not cut short.
      context.signal.throwIfAborted();
      const patient = request.dry_run ? context : { signal: AbortSignal.timeout(60_000) };
      const answer = await callApi(address, { path: 'apply', body: request }, patient);
      if (answer.status !== 202) return responseIn(answer, request);
      const { job_id: jobId } = answer.document;
      if (typeof jobId !== 'string' || !/^[\w-]{1,64}$/.test(jobId)) throw notOurs(address, 'names no job');
      const document = objectIn(await followJob(address, jobId, context)) ?? {};
      return responseIn({ ...answer, document }, request);
    },
  };
}

/** The response in an answer: a problem document is one too, with members of its own before it. */
function checkedResponse({ document, address }: ApiAnswer, facts: ProviderFacts | undefined): Response {
  const { type: _, title: __, status: ___, detail: ____, ...response } = document;
  const [fault] = responseFaults(response, { letsPassUnknownKeys: true, facts });
  if (fault !== undefined) throw notOurs(address, `is not a response of this version's contract (${printable(fault)})`);
  return onItsHost(withOwnRemedy(response as unknown as Response, address));
}

/** What an answer has to be about. */
interface Asked {
  readonly deployment_id: string;
  readonly provider?: string;
  readonly dry_run?: boolean;
}

/** A gateway may lead to another API than was meant; what is well there says nothing of this deployment. */
function toWhatWasAsked(response: Response, asked: Asked, { address, status }: ApiAnswer): Response {
  const { ok, deployment_id: deployment, provider, dry_run: isDry } = response;
  if (ok && status >= 400) throw notOurs(address, `is ok, and has the status ${status} of a failure`);
  // Who fails before the request is read knows of no deployment.
  const isAbout = (said: string, meant: string | undefined) => said === meant || (said === '' && !ok);
  if (!isAbout(deployment, asked.deployment_id))
    throw notOurs(address, `is about deployment ${printable(deployment)}, expected ${asked.deployment_id}`);
  if (!isAbout(provider, asked.provider))
    throw notOurs(address, `is of the provider ${printable(provider)}, expected ${asked.provider}`);
  // A saved plan that is stale is refused with the plan of now.
  if (ok && asked.dry_run === false && isDry === true)
    throw notOurs(address, 'is of a dry run, which was not asked for');
  return response;
}

/** Commands about the API's files, which are not this machine's. */
function onItsHost(response: Response): Response {
  const where = "on the API's host, in the directory where it runs";
  return mapAdvice(response, (advice) =>
    (advice.kind === 'command' || advice.kind === 'edit') && isForShell(advice) ? { ...advice, where } : advice,
  );
}

/** Who is not let in gives this program a flag; the API speaks of the header that comes of it. */
function withOwnRemedy(response: Response, { token }: ApiAddress): Response {
  if (response.error_class !== 'unauthenticated') return response;
  const remedy =
    token === undefined
      ? "give the API's token: --token-file FILE, or BUS_OPERATOR_TOKEN"
      : 'check the token that --token-file, BUS_OPERATOR_TOKEN or BUS_INTERNAL_TOKEN gives';
  const diagnostics = response.diagnostics.map(({ advice: _, ...diagnostic }) => ({ ...diagnostic, remedy }));
  return { ...response, diagnostics };
}

function notOurs({ url }: ApiAddress, what: string): OperationError {
  return new OperationError('unreachable', `what ${printable(url.origin)} answered ${what}`, {
    code: 'api',
    target: printable(url.origin),
    remedy: `check that ${printable(url.origin)} is a bus-api-provider-database of this version`,
  });
}

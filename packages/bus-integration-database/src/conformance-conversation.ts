// How the checks of a provider ask it: as a surface does, with every answer held against the contract.
import assert from 'node:assert/strict';
import type { Response, Verb } from './contract/response.ts';
import { responseFaults } from './contract/response-schema.ts';
import { mapAdvice } from './model/map-advice.ts';
import { mapFindings, mapTextPaths } from './model/map-findings.ts';
import { handle } from './run/handle.ts';
import type { Provider } from './run/provider.ts';

/** A provider, configured for a deployment of which nothing is there yet. */
export interface ConformanceSubject extends AsyncDisposable {
  readonly provider: Provider;
  readonly deploymentId: string;
  /** What the provider is configured for, too: that is what `status` and `verify` look at where they name nothing. */
  readonly databases: readonly [string, ...string[]];
  readonly roles: readonly [string, ...string[]];
  readonly schemas: readonly [string, ...string[]];
}

export interface Conversation {
  readonly subject: ConformanceSubject;
  ask(verb: Verb, more?: object, signal?: AbortSignal): Promise<Response>;
  apply(more?: object, signal?: AbortSignal): Promise<Response>;
}

/** Asks as a surface does, and holds every answer against the contract. */
export function conversation(subject: ConformanceSubject): Conversation {
  const { provider, deploymentId, databases, roles, schemas } = subject;
  const about = { deployment_id: deploymentId, provider: provider.name };
  const declared = { databases, roles, schemas };
  const requests: Readonly<Record<Verb, object>> = {
    plan: declared,
    apply: declared,
    status: {},
    verify: { checks: ['connectivity'] },
    doctor: declared,
    report: declared,
  };
  const ask = async (verb: Verb, more: object = {}, signal = new AbortController().signal) => {
    const request = { ...about, ...requests[verb], ...more };
    const response = await handle(verb, JSON.parse(JSON.stringify(request)), [provider], { signal });
    assert.deepEqual(responseFaults(response, { facts: provider.facts }), [], `${verb}: no response of the contract`);
    assert.deepEqual(JSON.parse(JSON.stringify(response)), response, `${verb}: not the same as JSON`);
    assert.equal(response.provider, provider.name, `${verb}: provider`);
    assert.deepEqual(
      mapAdvice(response, (advice) => advice),
      response,
      `${verb}: a remedy that is not what it advises`,
    );
    assert.ok(!JSON.stringify(response).includes('[object '), `${verb}: a text with an object in it`);
    assert.deepEqual(
      mapFindings(response, (finding) => mapTextPaths(finding, (path) => path)),
      response,
      `${verb}: a text that is not what its parts say`,
    );
    return response;
  };
  return {
    subject,
    ask,
    apply: (more = {}, signal) => ask('apply', { dry_run: false, confirm: true, ...more }, signal),
  };
}

// A provider that answers with what a test gives it, and the streams and configuration around one run.
import { PassThrough } from 'node:stream';
import type { ProcessContext } from 'bus-integration-database';
import {
  type Context,
  type ProviderKeys,
  type ProviderOptions,
  type Requests,
  type Response,
  Secret,
  type SettingsReader,
  type Verb,
} from 'bus-integration-database';
import { postgresFacts, psqlScript } from 'bus-integration-postgres';
import type { ProviderRoot } from '../src/providers.ts';

export type Answer = (verb: Verb, request: Requests[Verb], context: Context) => Response | Promise<Response>;

export interface FakeRoot extends ProviderRoot {
  /** What it was asked, in order. */
  readonly asked: { readonly verb: Verb; readonly request: Requests[Verb]; readonly options: ProviderOptions }[];
}

const keys: ProviderKeys = {
  provider: 'fake',
  prefix: 'BUS_FAKE_',
  known: [{ name: 'BUS_FAKE_DSN', meaning: 'a DSN', isSecret: true }],
  names: {
    defaultSchemas: ['public'],
    maxBytes: 63,
    reserved: {
      role: { names: [], prefixes: [] },
      database: { names: [], prefixes: [] },
      schema: { names: [], prefixes: [] },
    },
  },
  readCredentials: (settings: SettingsReader) => ({
    key: 'BUS_FAKE_DSN',
    value: new Secret(settings.value('BUS_FAKE_DSN') ?? ''),
  }),
};

export function fakeRoot(answer: Answer): FakeRoot {
  const asked: FakeRoot['asked'] = [];
  return {
    name: 'fake',
    title: 'Fake',
    asked,
    load: async () => ({
      keys,
      facts: postgresFacts,
      script: psqlScript,
      create: (options) => {
        const on = (verb: Verb) => async (request: Requests[Verb], context: Context) => {
          asked.push({ verb, request, options });
          return await answer(verb, request, context);
        };
        return {
          name: 'fake',
          plan: on('plan'),
          apply: on('apply'),
          status: on('status'),
          verify: on('verify'),
          doctor: on('doctor'),
        };
      },
    }),
  };
}

export const environment = {
  BUS_DEPLOYMENT_ID: 'example-dev',
  BUS_DATABASE_PROVIDER: 'fake',
  BUS_FAKE_DSN: 'fake://admin:hunter2@db',
  BUS_DATABASE_NAMES: 'bus_auth,bus_events',
  BUS_DATABASE_SERVICE_ROLE: 'bus_service',
};

/** Streams that remember, around an environment. */
export function captured(cwd: string, env: ProcessContext['env'] = environment, more: Partial<ProcessContext> = {}) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const processContext: ProcessContext = { env, cwd, stdin: new PassThrough(), stdout, stderr, ...more };
  const read = (stream: PassThrough) => String(stream.read() ?? '');
  return { processContext, out: () => read(stdout), err: () => read(stderr) };
}

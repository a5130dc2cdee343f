// An apply's phases on a real server: prepared as `apply` prepares them, so that a test can carry them out, watch what is
// sent while the DSN files are as they are, and step in between.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOutputDirectory, type Lists } from 'bus-integration-database';
import type { ServerAddress } from 'embedded';
import { expect } from 'vitest';
import type { Execution } from '../../src/apply/execution.ts';
import { createLedger } from '../../src/apply/ledger.ts';
import { choosePasswords, passwordsToSend, unprovenPasswords } from '../../src/apply/new-password.ts';
import { rememberedKeys } from '../../src/connection/authentication/scram-exchange.ts';
import type { Session } from '../../src/connection/connect.ts';
import { connectionStrings } from '../../src/output-forms/connection-strings.ts';
import { computePlan } from '../../src/plan/compute.ts';
import { showingContext } from '../../src/plan/steps.ts';
import { acquireLock } from '../../src/run/lock.ts';
import { createRun, openLockSession } from '../../src/run/run.ts';
import { observe } from '../../src/survey/observe.ts';
import { intentOf } from '../observed.ts';
import { targetOf } from '../target.ts';

const deploymentId = 'shop';
const uid = process.getuid?.() ?? 0;

export interface PrepareOptions {
  readonly declaration: Lists;
  readonly rotate?: readonly string[];
  readonly jobs?: number;
  /** Told of each phase's message before it goes out, as `create app`; what it throws the server is taken to have said. */
  readonly onSend?: (event: string) => void | Promise<void>;
}

export interface Prepared extends AsyncDisposable {
  readonly execution: Execution;
  /** Cuts the lock's own connection. */
  readonly loseLock: () => Promise<void>;
  readonly abort: (reason: Error) => void;
  /** Steps that aren't done, as `create-database app: planned`. */
  readonly undone: () => string[];
}

/** A server with a directory for DSN files, for as many runs as a test needs. */
export function createStage(server: ServerAddress) {
  const path = mkdtempSync(join(tmpdir(), 'apply-stage-'));

  async function prepare({ declaration, rotate = [], jobs = 2, onSend = () => {} }: PrepareOptions): Promise<Prepared> {
    const interruption = new AbortController();
    const { signal } = interruption;
    const target = targetOf(server);
    const run = createRun({ target, signal });
    const lockSession = await openLockSession(run);
    // The lock is asked for by a message that nothing stands before: the session has to be known by then.
    expect(await lockSession.isPooled()).toBe(false);
    const lock = await acquireLock(lockSession, { deploymentId, timeoutMs: 10_000, signal });
    const watching = watched(onSend);
    const { open } = run;
    Object.assign(run, { open: async (...named: Parameters<typeof open>) => watching(await open(...named)) });
    const session = await run.open('write');
    const directory = createOutputDirectory({ shown: './dsn', path, uid }, connectionStrings);
    const intent = {
      ...intentOf(declaration),
      allowed: { allow: [], adopt: false, rotate },
      service: { target, service: {}, absolute: (file: string) => file },
    };
    const { seen, pairs, proofs } = await observe(session, { run, intent, directory, jobs: () => jobs });
    const computed = computePlan(intent, seen, pairs, proofs);
    if (computed.isRefused) throw new Error(`refused: ${JSON.stringify(computed.refusals)}`);
    const passwords = choosePasswords(computed);
    const hash = rememberedKeys(run.cache.scramKeys);
    const sentPasswords = new Set<string>();
    const sending = { send: 'verifier', iterations: 4096, session, sentPasswords, hash, signal } as const;
    const sent = await passwordsToSend(computed, passwords, sending);
    const context = { ...showingContext({ deploymentId, seen }), passwordOf: (role: string) => sent.get(role) };
    const ledger = createLedger(computed.steps, context);
    const proving = { run, session, jobs, readsVerifiers: true };
    return {
      execution: {
        run,
        session,
        lock,
        intent,
        seen,
        computed,
        ledger,
        jobs,
        staging: {
          computed,
          ledger,
          passwords,
          directory,
          prove: (decisions) => unprovenPasswords(decisions, passwords, proving),
          checkLock: () => lock.stillHeld(session),
          signal,
        },
        onProgress: undefined,
        onReplaced: () => {},
      },
      loseLock: async () => {
        await lockSession.close();
      },
      abort: (reason) => interruption.abort(reason),
      undone: () =>
        ledger
          .steps()
          .filter(({ state }) => state !== 'applied')
          .map(({ action, target, state }) => `${action} ${target}: ${state}`),
      [Symbol.asyncDispose]: async () => {
        directory[Symbol.dispose]();
        await session.close();
        await lock.release();
      },
    };
  }

  return {
    path,
    prepare,
    files: () => readdirSync(path).sort(),
    read: (name: string) => readFileSync(join(path, name), 'utf8'),
    [Symbol.dispose]: () => rmSync(path, { recursive: true }),
  };
}

/** Sessions whose messages are told, each by its phase, before they go out. */
function watched(onSend: NonNullable<PrepareOptions['onSend']>): (session: Session) => Session {
  return (session) =>
    new Proxy(session, {
      get: (inner, name: keyof Session) => {
        const member = Reflect.get(inner, name, inner);
        if (name !== 'script' && name !== 'query') return typeof member === 'function' ? member.bind(inner) : member;
        return async (text: string, ...more: unknown[]) => {
          const event = eventOf(text, inner.database);
          if (event !== undefined) await onSend(event);
          return await (member as (...all: unknown[]) => Promise<unknown>).call(inner, text, ...more);
        };
      },
    });
}

function eventOf(text: string, database: string): string | undefined {
  const made = /^CREATE DATABASE "(\w+)"/m.exec(text)?.[1];
  if (made !== undefined) return `create ${made}`;
  if (/^CREATE ROLE /m.test(text)) return `roles ${[...text.matchAll(/^CREATE ROLE /gm)].length}`;
  if (/^ALTER ROLE .* PASSWORD /m.test(text)) return `password ${/^ALTER ROLE "(\w+)"/m.exec(text)?.[1]}`;
  if (/^ALTER DATABASE .* ALLOW_CONNECTIONS true/m.test(text)) return 'open';
  if (/^(CREATE SCHEMA|GRANT .* ON SCHEMA) /m.test(text)) return `inside ${database}`;
  return /^GRANT .* ON DATABASE /m.test(text) ? 'enter' : undefined;
}

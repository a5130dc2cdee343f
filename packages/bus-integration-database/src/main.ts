// The binary bus-integration-database: names the events of the contract, and proves on itself that a request becomes
// an answer. Reaches no server.
import { flagsOf } from './command-line/command-help.ts';
import { help } from './command-line/main-help.ts';
import { createProgram } from './command-line/program.ts';
import { type FlagReading, quoted, readFlags } from './command-line/read-flags.ts';
import { eventNames, type Operation, operations, requestEvent, responseEvent } from './contract/events.ts';
import type { Response } from './contract/response.ts';
import { handle } from './run/handle.ts';
import type { Provider } from './run/provider.ts';
import { suggestion } from './text/suggest.ts';

const providers = ['postgres'];
const { begin, print, fail, refuse } = createProgram('bus-integration-database', {
  begins: /^(bus\.database\.|OK bus-integration-database )/,
  keys: ['direct_bootstrap'],
});

async function main(argv: readonly string[]): Promise<number> {
  const flags = readFlags(argv, flagsOf(help));
  const answered = begin(flags, help);
  if (answered !== undefined) return answered;
  const seeHelp = 'see bus-integration-database --help';
  const [word] = flags.words;
  if (word !== undefined) {
    const hint = suggestion(word, ['--events', '--self-test']);
    return refuse(`unexpected argument ${quoted(word)}; ${hint ?? seeHelp}`);
  }
  if (flags.has('events') && flags.has('self-test'))
    return refuse(`expected one of --events and --self-test; ${seeHelp}`);
  if (flags.has('self-test')) return await selfTest(flags);
  if (!flags.has('events')) return refuse(`nothing asked for; ${seeHelp}`);
  return print(flags.last('format') === 'json' ? json(capabilities()) : `${eventNames.join('\n')}\n`, flags);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function capabilities() {
  // Without a broker the same requests are answered in-process, which is how a deployment is first brought up.
  return { provider: providers[0], providers, events: eventNames, direct_bootstrap: true, provider_neutral: true };
}

async function selfTest(flags: FlagReading): Promise<number> {
  try {
    for (const operation of operations) await roundTrip(operation);
  } catch (error) {
    return fail(`self-test failed: ${error instanceof Error ? error.message : String(error)}`);
  }
  const isJson = flags.last('format') === 'json';
  return print(isJson ? json({ ok: true }) : 'OK bus-integration-database self-test\n', flags);
}

/** One request as text, as it would come from a broker, to one answer as text. */
async function roundTrip(operation: Operation): Promise<void> {
  const sent = JSON.stringify({
    name: requestEvent(operation),
    correlation_id: `self-test-${operation}`,
    delivery: 'broadcast',
    payload: payloads[operation],
  });
  const request = JSON.parse(sent) as { correlation_id: string; payload: unknown };
  const response = await handle(operation, request.payload, [memoryProvider()], {
    signal: new AbortController().signal,
  });
  const answered = JSON.stringify({
    name: responseEvent(operation),
    correlation_id: request.correlation_id,
    payload: response,
  });
  const answer = JSON.parse(answered) as { name: string; correlation_id: string; payload: Response };
  expectEqual(`${operation}: event`, answer.name, `bus.database.${operation}.response`);
  expectEqual(`${operation}: correlation_id`, answer.correlation_id, `self-test-${operation}`);
  expectEqual(`${operation}: ok`, answer.payload.ok, true);
  expectEqual(
    `${operation}: databases seen by the provider`,
    answer.payload.actions.length,
    operation === 'plan' || operation === 'apply' ? 2 : 0,
  );
  const refused = await handle(operation, { ...payloads[operation], stray: 1 }, [memoryProvider()], {
    signal: new AbortController().signal,
  });
  expectEqual(`${operation}: an unknown key`, refused.error_class, 'invalid-request');
}

const subject = { deployment_id: 'self-test', provider: 'memory' };
const desired = { ...subject, databases: ['one', 'two'], roles: ['service'], schemas: ['main'] };
const payloads: Readonly<Record<Operation, object>> = {
  plan: desired,
  apply: { ...desired, dry_run: false, confirm: true },
  status: subject,
  verify: { ...subject, checks: ['connectivity', 'listener-policy'] },
};

/** Answers from what it is asked alone. */
function memoryProvider(): Provider {
  const answer = (databases: readonly string[] = []): Response => ({
    ok: true,
    ...subject,
    actions: databases.map(() => 'create-database'),
    steps: databases.map((name) => ({
      action: 'create-database',
      target: name,
      risk: 'create',
      summary: '',
      after: { name },
    })),
    diagnostics: [],
  });
  return {
    name: 'memory',
    plan: async ({ databases }) => answer(databases),
    apply: async ({ databases }) => answer(databases),
    status: async () => answer(),
    verify: async () => answer(),
    doctor: async () => answer(),
  };
}

function expectEqual(what: string, seen: unknown, expected: unknown): void {
  if (seen !== expected) throw new Error(`${what} is ${JSON.stringify(seen)}, expected ${JSON.stringify(expected)}`);
}

// Last, since what stands above must be there first.
process.exitCode = await main(process.argv.slice(2));

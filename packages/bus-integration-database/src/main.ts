// The binary bus-integration-database: names the events of the contract, and proves on itself that a request becomes
// an answer. Reaches no server.
import { eventNames, type Operation, operations, requestEvent, responseEvent } from './events.ts';
import { type GlobalFlags, readGlobalFlags } from './global-flags.ts';
import { handle } from './handle.ts';
import { printable } from './names.ts';
import type { Provider } from './provider.ts';
import type { Response } from './response.ts';
import { writeResult } from './result-file.ts';
import { suggestion } from './suggest.ts';

const version = '0.1.0';
const providers = ['postgres'];

const help = `bus-integration-database: the event contract of bus operator database.

usage: bus-integration-database [flags] --events
       bus-integration-database [flags] --self-test

  --events             the event names, one a line; as JSON with providers
  --self-test          send a request through the contract and check the answer
  -f, --format FORMAT  text (default) or json
  -o, --output FILE    write the result to FILE (0600) instead of stdout
  -h, --help           this text
  -V, --version        name and version
  -q, -v, -vv, --trace, --color WHEN, --no-color change nothing here

exit status: 0 done, 1 the self-test failed, 2 wrong usage
`;

async function main(argv: readonly string[]): Promise<number> {
  const flags = readGlobalFlags(argv);
  if ('problem' in flags) return refuse(flags.problem);
  const [asked, ...others] = flags.words;
  if (others.length === 0) {
    switch (asked) {
      case '--help':
      case '-h':
        return print(help, flags);
      case '--version':
      case '-V':
        return print(`bus-integration-database ${version}\n`, flags);
      case '--events':
        return print(flags.format === 'json' ? json(capabilities()) : `${eventNames.join('\n')}\n`, flags);
      case '--self-test':
        return await selfTest(flags);
    }
  }
  const line = JSON.stringify(printable(flags.words.join(' ')));
  if (asked === undefined) return refuse('nothing asked for');
  const known = ['--events', '--self-test', '--help', '--version'];
  const hint = suggestion(flags.words.find((word) => !known.includes(word)) ?? asked, known);
  return refuse(`unexpected arguments ${line}${hint === undefined ? '' : `; ${hint}`}`);
}

function print(text: string, { output }: GlobalFlags): number {
  const fault = writeResult(text, output);
  return fault === undefined ? 0 : refuse(fault);
}

function refuse(why: string): number {
  process.stderr.write(`bus-integration-database: ${why}; see bus-integration-database --help\n`);
  return 2;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function capabilities() {
  // Without a broker the same requests are answered in-process, which is how a deployment is first brought up.
  return { provider: providers[0], providers, events: eventNames, direct_bootstrap: true, provider_neutral: true };
}

async function selfTest(flags: GlobalFlags): Promise<number> {
  try {
    for (const operation of operations) await roundTrip(operation);
    return print(flags.format === 'json' ? json({ ok: true }) : 'OK bus-integration-database self-test\n', flags);
  } catch (error) {
    process.stderr.write(
      `bus-integration-database: self-test failed: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return 1;
  }
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
const wish = { ...subject, databases: ['one', 'two'], roles: ['service'], schemas: ['public'] };
const payloads: Readonly<Record<Operation, object>> = {
  plan: wish,
  apply: { ...wish, dry_run: false, confirm: true },
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
      after: { name, owner: 'memory', encoding: 'UTF8' },
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

// The binary bus-integration-database: names the events of the contract, and proves on itself that a request becomes
// an answer. Reaches no server.
import { changeDirectory } from './command-line/change-directory.ts';
import { helpText } from './command-line/command-help.ts';
import { type GlobalFlags, readGlobalFlags } from './command-line/global-flags.ts';
import { help } from './command-line/main-help.ts';
import { openCliText } from './command-line/open-cli.ts';
import { suggestion } from './command-line/suggest.ts';
import { eventNames, type Operation, operations, requestEvent, responseEvent } from './contract/events.ts';
import type { Response } from './contract/response.ts';
import { handle } from './run/handle.ts';
import type { Provider } from './run/provider.ts';
import { writeResult } from './secrets/result-file.ts';
import { printable } from './text/printable.ts';

const version = '0.1.0';
const providers = ['postgres'];

async function main(argv: readonly string[]): Promise<number> {
  const flags = readGlobalFlags(argv);
  if ('problem' in flags) return refuse(flags.problem);
  if (flags.asks === 'help') return say(flags.format === 'text' ? helpText(help) : openCliText(help, version));
  if (flags.asks === 'version') return say(`bus-integration-database ${version}\n`);
  const fault = changeDirectory(flags.directory);
  if (fault !== undefined) return failed(fault);
  const [asked, ...others] = flags.words;
  if (others.length === 0) {
    switch (asked) {
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

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}

function print(text: string, { output, isQuiet }: GlobalFlags): number {
  const fault = isQuiet ? undefined : writeResult(text, output);
  return fault === undefined ? 0 : failed(fault);
}

function failed(why: string): number {
  process.stderr.write(`bus-integration-database: ${why}\n`);
  return 1;
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

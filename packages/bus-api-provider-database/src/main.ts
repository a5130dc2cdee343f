// The binary bus-api-provider-database: the HTTP surface on a loopback address, until a signal ends it.
import type { AddressInfo } from 'node:net';
import { BlockList, isIP } from 'node:net';
import { type GlobalFlags, readGlobalFlags, writeResult } from 'bus-integration-database';
import { postgresKeys } from 'bus-integration-postgres';
import { createApp } from './app.ts';

const version = '0.1.0';
const providers = [postgresKeys.provider];
const defaultAddress = '127.0.0.1:8092';

const help = `bus-api-provider-database: the internal HTTP surface of bus operator database.

usage: bus-api-provider-database [flags] [--addr HOST:PORT]

  --addr HOST:PORT     a loopback address to listen on (default ${defaultAddress}; port 0: any free one)
  -f, --format FORMAT  text (default) or json: how it says where it listens
  -o, --output FILE    say that in FILE (0600) instead of on stdout
  -h, --help           this text
  -V, --version        name and version
  -q, -v, -vv, --trace, --color WHEN, --no-color change nothing here

routes: GET /healthz, GET /api/internal/database/capabilities
exit status: 0 ended by SIGTERM or SIGINT, 1 could not listen, 2 wrong usage
`;

async function main(argv: readonly string[]): Promise<number> {
  const flags = readGlobalFlags(argv);
  if ('problem' in flags) return refuse(`${flags.problem}; see bus-api-provider-database --help`, 2);
  const { words } = flags;
  if (words.some((word) => word === '--help' || word === '-h')) return print(help, flags);
  if (words.some((word) => word === '--version' || word === '-V'))
    return print(`bus-api-provider-database ${version}\n`, flags);
  const address = addressOf(words);
  if ('problem' in address) return refuse(address.problem, 2);
  const server = createApp({ providers });
  return await new Promise<number>((done) => {
    const stop = () => {
      server.close(() => done(0));
      server.closeIdleConnections();
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    server.once('error', (error: NodeJS.ErrnoException) => {
      done(
        refuse(
          `can't listen on ${address.host}:${address.port}: ${error.code === 'EADDRINUSE' ? 'the address is in use' : error.message}`,
          1,
        ),
      );
    });
    server.listen(address.port, address.host, () => {
      const { address: host, port } = server.address() as AddressInfo;
      const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
      const text = flags.format === 'json' ? `${JSON.stringify({ listening: url })}\n` : `listening on ${url}\n`;
      const printed = print(text, flags);
      if (printed !== 0) server.close(() => done(printed));
    });
  });
}

function addressOf(argv: readonly string[]): { host: string; port: number } | { problem: string } {
  const words = argv.flatMap((word) =>
    word.startsWith('--addr=') ? ['--addr', word.slice('--addr='.length)] : [word],
  );
  const [flag, given = defaultAddress, ...rest] = words;
  if ((flag !== undefined && flag !== '--addr') || rest.length > 0 || words.length === 1) {
    return { problem: `unexpected arguments ${JSON.stringify(argv.join(' '))}; see bus-api-provider-database --help` };
  }
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(given) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65535) return { problem: `--addr ${JSON.stringify(given)}: expected HOST:PORT` };
  if (!isLoopback(host)) {
    return {
      problem: `--addr ${JSON.stringify(given)}: only loopback addresses are served, since no one is authenticated yet; use 127.0.0.1, ::1 or localhost`,
    };
  }
  return { host, port };
}

function isLoopback(host: string): boolean {
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  const family = isIP(host);
  return host === 'localhost' || (family !== 0 && loopback.check(host, family === 4 ? 'ipv4' : 'ipv6'));
}

function print(text: string, { output }: GlobalFlags): number {
  const fault = writeResult(text, output);
  return fault === undefined ? 0 : refuse(fault, 2);
}

function refuse(why: string, status: number): number {
  process.stderr.write(`bus-api-provider-database: ${why}\n`);
  return status;
}

// Last, since what stands above must be there first.
process.exitCode = await main(process.argv.slice(2));

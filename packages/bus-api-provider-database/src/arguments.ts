// What the command line of bus-api-provider-database says. Reads only the arguments.
import { isIP } from 'node:net';
import { suggestion } from 'bus-integration-database/suggest';

const defaultAddress = '127.0.0.1:8092';

export const help = `bus-api-provider-database: the internal HTTP surface of bus operator database.

usage: bus-api-provider-database [flags] [--addr HOST:PORT] [--env-file FILE | --deployments DIR]

  --addr HOST:PORT     where to listen (default ${defaultAddress}; port 0: any free one); an address that others
                       reach needs authentication
  --env-file FILE      its values win over the environment
  --deployments DIR    serve the deployment of each *.env file in DIR, instead of the environment's
  -f, --format FORMAT  text (default) or json: how it says where it listens
  -o, --output FILE    say that in FILE (0600) instead of on stdout
  -h, --help           this text
  -V, --version        name and version
  -q, -v, -vv, --trace, --color WHEN, --no-color change nothing here

routes: GET /healthz, /readyz; under /api/internal/database: GET capabilities, plan, status, doctor, openapi.json, metrics;
POST plan, apply, verify; GET and DELETE jobs/ID, GET jobs/ID/events

authentication: BUS_DATABASE_API_TOKEN_FILE, or a JWT by BUS_API_JWT_SECRET, BUS_API_JWT_SECRET_FILE or
BUS_API_JWKS_URL; without one only this machine is served, and only GET

connections: BUS_DATABASE_API_IDLE_CONNECTIONS idle ones from one address (default 64; 0: up to 512, as in all)

log: one JSON document a line on stderr
exit status: 0 ended by SIGTERM or SIGINT, 1 could not listen, 2 wrong usage or configuration
`;

export type Arguments =
  | { readonly asks: 'help' }
  | { readonly asks: 'version' }
  | { readonly problem: string }
  | {
      readonly asks: 'serve';
      readonly host: string;
      readonly port: number;
      readonly deployments?: string;
      readonly envFile?: string;
    };

const own = ['--addr', '--deployments', '--env-file'];
const otherFlags = [
  ['did you mean --addr HOST:PORT?', '--port', '-p', '--host', '-H', '--listen', '--bind', '--address'],
  ['did you mean --env-file FILE?', '--config', '-c', '--env'],
] as const;

/**
 * Reads the words that are left when the global flags are gone.
 *
 * @example
 * readArguments(['--addr', '127.0.0.1:0']); // { asks: 'serve', host: '127.0.0.1', port: 0 }
 */
export function readArguments(words: readonly string[]): Arguments {
  if (words.some((word) => word === '--help' || word === '-h')) return { asks: 'help' };
  if (words.some((word) => word === '--version' || word === '-V')) return { asks: 'version' };
  const values = new Map<string, string>();
  const rest = words.flatMap((word) => {
    const [, flag, value] = /^(--(?:addr|deployments|env-file))=(.*)$/s.exec(word) ?? [];
    return flag === undefined ? [word] : [flag, value ?? ''];
  });
  while (rest.length > 0) {
    const [flag = '', value = ''] = rest.splice(0, 2);
    if (!own.includes(flag)) {
      const hint = suggestion(flag.replace(/=.*$/s, ''), [...own, '--help', '--version'], otherFlags);
      return {
        problem: `unexpected argument ${JSON.stringify(flag)}; ${hint ?? 'see bus-api-provider-database --help'}`,
      };
    }
    if (value === '' || value.startsWith('--')) return { problem: `${flag} needs a value` };
    values.set(flag, value);
  }
  const given = values.get('--addr') ?? defaultAddress;
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(given) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65535 || (bracketed !== undefined && isIP(bracketed) !== 6))
    return { problem: `--addr ${JSON.stringify(given)}: expected HOST:PORT` };
  const deployments = values.get('--deployments');
  const envFile = values.get('--env-file');
  if (deployments !== undefined && envFile !== undefined)
    return { problem: '--env-file and --deployments are both given, expected one of them' };
  return {
    asks: 'serve',
    host,
    port,
    ...(deployments !== undefined && { deployments }),
    ...(envFile !== undefined && { envFile }),
  };
}

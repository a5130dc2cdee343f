// What the command line of bus-api-provider-database says. Reads only the arguments.
import { isIP } from 'node:net';
import { suggestion } from 'bus-integration-database/suggest';

export const defaultAddress = '127.0.0.1:8092';

export type Arguments =
  | { readonly problem: string }
  | {
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
 * readArguments(['--addr', '127.0.0.1:0']); // { host: '127.0.0.1', port: 0 }
 */
export function readArguments(words: readonly string[]): Arguments {
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
    host,
    port,
    ...(deployments !== undefined && { deployments }),
    ...(envFile !== undefined && { envFile }),
  };
}

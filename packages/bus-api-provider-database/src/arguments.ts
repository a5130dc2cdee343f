// What the command line of bus-api-provider-database says. Reads only the arguments.
import { isIP } from 'node:net';
import { type FlagReading, quoted } from 'bus-integration-database/help';
import type { Says } from 'bus-integration-database/suggest';

export const defaultAddress = '127.0.0.1:8092';

export type Arguments =
  | { readonly problem: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly deployments?: string;
      readonly envFile?: string;
    };

export const retiredFlags = [
  ['did you mean --addr HOST:PORT?', '--port', '-p', '--host', '-H', '--listen', '--bind', '--address'],
  ['did you mean --env-file FILE?', '--config', '-c', '--env'],
] as const satisfies readonly Says[];

/**
 * What the flags of its own say.
 *
 * @example
 * readArguments(readFlags(['--addr', '127.0.0.1:0'], table)); // { host: '127.0.0.1', port: 0 }
 */
export function readArguments({ words: [extra], last }: FlagReading): Arguments {
  if (extra !== undefined)
    return { problem: `unexpected argument ${quoted(extra)}; see bus-api-provider-database --help` };
  const given = last('addr') ?? defaultAddress;
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(given) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65535 || (bracketed !== undefined && isIP(bracketed) !== 6))
    return { problem: `--addr ${JSON.stringify(given)}: expected HOST:PORT` };
  const deployments = last('deployments');
  const envFile = last('env-file');
  if (deployments !== undefined && envFile !== undefined)
    return { problem: '--env-file and --deployments are both given, expected one of them' };
  return {
    host,
    port,
    ...(deployments !== undefined && { deployments }),
    ...(envFile !== undefined && { envFile }),
  };
}

// What is logged and what never is: one JSON document a line, without anything that a client sent but method and route.
import { masked } from 'bus-integration-database';
import { LogController } from 'fastify';

export interface LogTarget {
  readonly level: string;
  readonly stream: { write(line: string): void };
}

/** The options of a server that logs there, or nowhere. */
export function logOptions(target: LogTarget | undefined) {
  if (target === undefined) return { logger: false as const };
  return {
    logController: new LogController({ disableRequestLogging: true }),
    logger: {
      level: target.level,
      stream: { write: (line: string) => target.stream.write(masked(line)) },
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      redact: ['req.headers', 'headers', 'authorization', '*.authorization', '*.password', '*.token', '*.dsn'],
      serializers: { err: loggedError },
    },
  };
}

/** Drivers hang statements and rows on their errors. */
function loggedError(error: Error & { code?: string }) {
  const { name: type = 'Error', message = String(error), stack = '', code } = error ?? {};
  return { type, message, stack, ...(code !== undefined && { code }) };
}

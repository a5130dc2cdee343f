// What our connections call themselves: the one field of a session that every role may read.

/** A connection of a run that keeps them, so that it isn't counted as somebody's. */
export const keptApplicationName = 'bus operator database, kept';

/** The lock connection's name, at most 63 bytes: whose it is, since when. */
export function lockApplicationName(hostName: string, pid: number, startedAt: Date): string {
  const tail = `:${pid} since ${startedAt.toISOString().slice(0, 19)}Z`;
  const head = 'bus apply ';
  return head + hostName.replaceAll(/[^\x21-\x7e]/g, '?').slice(0, 63 - head.length - tail.length) + tail;
}

// What comes from the server, before the driver's parser sees it: that throws out of the socket's event on what is not
// PostgreSQL's protocol, and collects whatever it is sent. It is given whole messages of a bounded length only.
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { OperationError } from 'bus-integration-database';
import { networkReason, serverText } from '../../text/sqlstate.ts';
import { createFrames, longestRefusal } from './frames.ts';

/** What the driver's connection does when its socket is open: it hears what comes. */
interface AnswerListener {
  attachListeners(stream: EventEmitter): void;
}

/** What can't be read gives the connection up, for the reason that `lose` is told. */
export function checkAnswers(wire: AnswerListener, where: string, lose: (reason: Error) => void): void {
  const attach = wire.attachListeners.bind(wire);
  wire.attachListeners = (stream) => {
    const parser = new EventEmitter();
    attach(parser);
    const frames = createFrames((messages) => parser.emit('data', messages));
    let isFirst = true;
    stream.on('data', (bytes: Buffer) => {
      try {
        if (isFirst) checkFirstAnswer(bytes, where);
        isFirst = false;
        frames(bytes);
      } catch (error) {
        lose(error instanceof OperationError ? error : unreadable(error, where));
      }
    });
    (stream as Socket).resume();
  };
}

function checkFirstAnswer(bytes: Buffer, where: string): void {
  const type = String.fromCharCode(bytes[0] ?? 0);
  const length = bytes.length >= 5 ? bytes.readUInt32BE(1) : 4;
  const isSane = length >= 4 && length <= longestRefusal;
  if ('ERv'.includes(type) && isSane) return;
  // A postmaster that can't fork says so in the protocol of PostgreSQL 7: `E`, a text, a zero.
  const text = /^E([\t\n\x20-\x7e]{5,})/.exec(bytes.toString('latin1'))?.[1];
  const seen = text === undefined ? "answers, but not in PostgreSQL's protocol" : `refuses: ${serverText(text)}`;
  throw new OperationError('unreachable', `${where} ${seen}`, {
    code: 'protocol-violation',
    target: where,
    remedy: 'check host and port in the DSN',
  });
}

function unreadable(error: unknown, where: string): OperationError {
  const method = /authenticationOk message type (\d+)/.exec((error as Error).message)?.[1];
  if (method === undefined) {
    return new OperationError('unreachable', `${where} broke PostgreSQL's protocol: ${networkReason(error)}`, {
      code: 'protocol-violation',
      target: where,
      cause: error,
    });
  }
  const name = { 2: 'Kerberos', 6: 'SCM credentials', 7: 'GSSAPI', 9: 'SSPI' }[method] ?? `method ${method}`;
  return new OperationError('authentication-failed', `${where} asks for ${name}, which is not supported`, {
    code: 'method-refused',
    target: where,
    remedy: 'use scram-sha-256 for this client in pg_hba.conf',
  });
}

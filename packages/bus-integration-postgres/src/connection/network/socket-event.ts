// Waiting for a socket without ever waiting for good: an error, the socket's end or a deadline ends the wait too.
import type { Socket } from 'node:net';

/**
 * Waits for one event of a socket. Bytes that come with it stay paused in the socket for the next reader.
 *
 * @throws the socket's error; the signal's reason; or an error with code ECONNRESET when the socket closes first.
 * @example
 * await socketEvent(socket, 'connect', signal);
 */
export function socketEvent<T = void>(socket: Socket, event: string, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      for (const [name, listener] of Object.entries(listeners)) socket.off(name, listener);
      signal.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      stop();
      reject(signal.reason);
    };
    const listeners: Record<string, (value?: unknown) => void> = {
      end: () => listeners.close?.(),
      close: () => {
        stop();
        reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
      },
      error: (error) => {
        stop();
        reject(signal.aborted ? signal.reason : error);
      },
      [event]: (value) => {
        stop();
        resolve(value as T);
      },
    };
    if (signal.aborted) return reject(signal.reason);
    if (socket.destroyed) return reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    for (const [name, listener] of Object.entries(listeners)) socket.on(name, listener);
    signal.addEventListener('abort', onAbort);
  });
}

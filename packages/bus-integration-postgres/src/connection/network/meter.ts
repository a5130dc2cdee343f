// Counts of what a run asked of the network; only ever added to.
import type { Socket } from 'node:net';

/** Filled in by every connection that is given it. */
export interface Meter {
  /** Sockets opened, those of failed logins too. */
  connections: number;
  /** Sockets open now, and the most there were at once. */
  open: number;
  openPeak: number;
  /** Commands that servers completed. */
  statements: number;
  /** Requests answered, logins aside; a script counts once. */
  roundTrips: number;
  bytesSent: number;
  bytesReceived: number;
  /** Milliseconds to the fastest answer, when the run decided how many connections to open at once. */
  answerMs?: number;
}

/** A meter at zero. */
export function createMeter(): Meter {
  return { connections: 0, open: 0, openPeak: 0, statements: 0, roundTrips: 0, bytesSent: 0, bytesReceived: 0 };
}

/** Counts a socket that was just opened, and what went over it when it closes. */
export function countSocket(socket: Socket, meter: Meter | undefined): void {
  if (meter === undefined) return;
  meter.connections += 1;
  meter.open += 1;
  meter.openPeak = Math.max(meter.openPeak, meter.open);
  socket.once('close', () => {
    meter.open -= 1;
    meter.bytesSent += socket.bytesWritten;
    meter.bytesReceived += socket.bytesRead;
  });
}

// A connection that must stay while others work: a trivial statement now and then. Never reports a failure; whoever uses
// the connection next will see it.
import type { Session } from '../connection/connect.ts';

/** Keeps idle_session_timeout, ours and any proxy's, from ending a connection that waits while others work. */
export function keepAwake(session: Session, everyMs: number): Disposable {
  const timer = setInterval(() => session.query('SELECT 1').catch(() => undefined), everyMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

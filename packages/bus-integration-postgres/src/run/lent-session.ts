// A kept connection as one run uses it: closing it gives it back, and whether all that was asked of it went well is told.
import type { Session } from '../connection/session/session.ts';

/** The session for one run; `giveBack` is called once, at its end. */
export function lentSession(session: Session, giveBack: (isSound: boolean) => Promise<void>): Session {
  let open = 0;
  let isSound = true;
  let closing: Promise<void> | undefined;
  let tellEnd = (_: Error | undefined): void => {};
  const ended = new Promise<Error | undefined>((resolve) => {
    tellEnd = resolve;
  });
  const watched = async <T>(work: Promise<T>): Promise<T> => {
    open += 1;
    try {
      return await work;
    } catch (error) {
      isSound = false;
      throw error;
    } finally {
      open -= 1;
    }
  };
  const close = () => {
    closing ??= giveBack(isSound && open === 0).then(() => tellEnd(undefined));
    return closing;
  };
  return {
    ...session,
    closed: Promise.race([ended, session.closed]),
    query: (text, values, options) =>
      watched(
        session.isPooled().then((isPooled) => session.query(text, values, { ...options, isPrepared: !isPooled })),
      ),
    queryAfter: (...given) => watched(session.queryAfter(...given)),
    script: (text, options) => watched(session.script(text, options)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

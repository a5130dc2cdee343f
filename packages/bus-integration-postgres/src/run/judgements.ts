// Whether passwords are those of stored verifiers, kept between the runs of a serving surface: judging one is slow on purpose.
import { judgeVerifier } from '../connection/authentication/scram.ts';

/** The longest known gives way to more. */
const mostKept = 1_000;

/**
 * As `judgeVerifier`, but once for the same password and verifier.
 *
 * @param keyOf a key that tells nothing of the values
 * @example
 * const judge = createJudge(keyOf);
 * await judge(password, verifier);
 */
export function createJudge(keyOf: (value: unknown) => string): typeof judgeVerifier {
  const judgements = new Map<string, ReturnType<typeof judgeVerifier>>();
  return async (password, verifier, user, hash) => {
    const key = keyOf([password, verifier, user ?? null]);
    const known = judgements.get(key) ?? judgeVerifier(password, verifier, user, hash);
    judgements.set(key, known);
    const [oldest] = judgements.keys();
    if (judgements.size > mostKept && oldest !== undefined) judgements.delete(oldest);
    return await known;
  };
}

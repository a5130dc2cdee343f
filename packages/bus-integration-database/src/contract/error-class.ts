// The one table of error classes.

/** Every class of failure: what it means, the exit status of a command, the status of an HTTP answer. */
export const errorClasses = {
  'invalid-request': { meaning: 'the request or the configuration is wrong', exit: 2, http: 400 },
  unauthenticated: { meaning: 'no valid token was given', exit: 1, http: 401 },
  forbidden: { meaning: 'the token does not allow this', exit: 1, http: 403 },
  'not-configured': { meaning: 'a needed setting is missing', exit: 2, http: 503 },
  unreachable: { meaning: 'the server could not be reached', exit: 1, http: 502 },
  'authentication-failed': { meaning: 'the server did not accept the credentials', exit: 1, http: 502 },
  'insufficient-privilege': { meaning: 'the admin role may not do this', exit: 1, http: 409 },
  'not-ours': { meaning: 'something of that name belongs to somebody else', exit: 4, http: 409 },
  locked: { meaning: 'another run holds the deployment lock', exit: 1, http: 423 },
  'stale-plan': { meaning: 'the saved plan is not what would be done now', exit: 4, http: 409 },
  unsafe: { meaning: 'the plan holds a risk that was not allowed', exit: 4, http: 409 },
  'not-converged': { meaning: 'the server still differs after applying', exit: 1, http: 500 },
  timeout: { meaning: 'a deadline passed', exit: 1, http: 504 },
  cancelled: { meaning: 'the run was interrupted', exit: 1, http: 499 },
  internal: { meaning: 'a defect of this program', exit: 1, http: 500 },
} as const satisfies Record<string, { meaning: string; exit: number; http: number }>;

export type ErrorClass = keyof typeof errorClasses;

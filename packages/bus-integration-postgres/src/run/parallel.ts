// Work on many databases or roles a few at a time, by what PostgreSQL's errors mean.
import { createParallel, type Parallel } from 'bus-integration-database';
import { isRetryable, sqlstateOf } from '../text/sqlstate.ts';

export const { eachInParallel, withRetry }: Parallel = createParallel({
  isRetryable,
  isOneTooMany: (error) => sqlstateOf(error) === '53300',
});

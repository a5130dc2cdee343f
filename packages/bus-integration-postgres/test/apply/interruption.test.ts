import { OperationError } from 'bus-integration-database';
import { describe, expect, it } from 'vitest';
import { interruption } from '../../src/apply/interruption.ts';

describe('interruption', () => {
  const limit = new OperationError('timeout', 'not done within 1.0 s (--timeout)', { remedy: 'more time' });

  it('names the signal, whatever the run met because of it', () => {
    const ended = interruption('SIGINT', new Error('lost the connection'));
    expect(ended).toMatchObject({ errorClass: 'cancelled', message: 'interrupted by SIGINT' });
    expect(ended.diagnostics[0]?.code).toBe('cancelled');
  });

  it('gives a time limit its own words', () => {
    expect(interruption(limit, new OperationError('unreachable', 'lost the connection'))).toBe(limit);
  });

  it('takes an error that tells what the time was spent on', () => {
    const told = new OperationError('timeout', `${limit.message}: db:5432 has not answered`, { cause: limit });
    expect(interruption(limit, told)).toBe(told);
  });
});

import { describe, expect, it } from 'vitest';
import { jobsFor } from '../../src/run/jobs.ts';

describe('jobsFor', () => {
  const facts = { processors: 2, free: 97, openBeside: 1 };

  it.each([
    ['nothing measured', facts, 3],
    ['a server nearby', { ...facts, answerMs: 1 }, 3],
    ['as many processors as one likes', { ...facts, processors: 64 }, 3],
    ['one processor', { ...facts, processors: 1 }, 2],
    ['two connections beside', { ...facts, openBeside: 2 }, 2],
    ['7 ms', { ...facts, answerMs: 7 }, 3],
    ['10 ms', { ...facts, answerMs: 10 }, 6],
    ['20 ms', { ...facts, answerMs: 20 }, 16],
    ['a second', { ...facts, answerMs: 1000 }, 16],
    ['far away, and few free', { ...facts, answerMs: 100, free: 13 }, 6],
    ['far away, and hardly any free', { ...facts, answerMs: 100, free: 3 }, 2],
    ['none free', { ...facts, answerMs: 100, free: 0 }, 1],
    ['--jobs 10', { ...facts, asked: 10 }, 10],
    ['--jobs 1, far away', { ...facts, asked: 1, answerMs: 100 }, 1],
    ['--jobs 64, few free', { ...facts, asked: 64, free: 9 }, 8],
  ])('%s: %o gives %i', (_, given, expected) => {
    expect(jobsFor(given)).toBe(expected);
  });
});

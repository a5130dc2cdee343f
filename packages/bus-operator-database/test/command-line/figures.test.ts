import { nearest } from 'bus-integration-database/suggest';
import { describe, expect, it } from 'vitest';
import { sizeText, timeText } from '../../src/command-line/figures.ts';

describe('sizeText', () => {
  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [9_100_000, '9.1 MB'],
    [999_499_999, '999 MB'],
    [999_500_000, '1.0 GB'],
    [1_234_000_000, '1.2 GB'],
  ])('%d bytes is %s', (bytes, text) => expect(sizeText(bytes)).toBe(text));
});

describe('timeText', () => {
  it.each([
    [0, '0 ms'],
    [99, '99 ms'],
    [99.6, '0.1 s'],
    [214, '0.2 s'],
    [59_949, '59.9 s'],
    [59_999, '1 min 0 s'],
    [125_000, '2 min 5 s'],
  ])('%d ms is %s', (elapsedMs, text) => expect(timeText(elapsedMs)).toBe(text));
});

describe('nearest', () => {
  it.each([
    ['aply', 'apply'],
    ['APPLY', 'apply'],
    ['paln', 'plan'],
    ['stat', 'status'],
    ['x', undefined],
    ['applesauce', undefined],
    ['a'.repeat(100_000), undefined],
  ])('%s', (word, expected) => expect(nearest(word, ['plan', 'apply', 'status'])).toBe(expected));
});

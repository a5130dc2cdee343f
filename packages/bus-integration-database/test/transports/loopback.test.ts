import { expect, test } from 'vitest';
import { goesInClear, isLoopback } from '../../src/transports/loopback.ts';

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['::', false],
  ['0.0.0.0', false],
  ['10.0.0.1', false],
  ['127.0.0.1.example.com', false],
  ['localhost.example.com', false],
])('%s is this machine: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

test.each([
  ['http://example.com', true],
  ['http://[2001:db8::1]:80', true],
  ['nats://example.com:4222', true],
  ['http://[::1]:80', false],
  ['nats://[::1]:4222', false],
  ['https://example.com', false],
  ['tls://example.com', false],
])('%s can be read on the way: %s', (url, expected) => {
  expect(goesInClear(new URL(url))).toBe(expected);
});

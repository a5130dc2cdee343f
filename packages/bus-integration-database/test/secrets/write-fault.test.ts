import { expect, it } from 'vitest';
import { writeFault } from '../../src/secrets/write-fault.ts';

it.each([
  [
    'EBUSY',
    'something is mounted on it',
    "mount its directory rather than the file; or name a file elsewhere, or let the shell write it: > './a b'",
  ],
  ['EXDEV', 'another file system or quota begins there', "> './a b'"],
  ['EPERM', "another user's in a sticky directory", 'lsattr'],
  ['ENOSPC', 'the disk is full', undefined],
  ['ESTALE', 'ESTALE', undefined],
])('%s is %s', (code, seen, remedy) => {
  const fault = writeFault(Object.assign(new Error('x'), { code }), './a b');
  expect(fault.seen).toContain(seen);
  if (remedy === undefined) expect(fault).not.toHaveProperty('remedy');
  else expect(fault.remedy).toContain(remedy);
});

it('what has no code is told as it is', () => {
  expect(writeFault(new Error('broken'), 'f')).toEqual({ seen: 'broken' });
  expect(writeFault('broken', 'f')).toEqual({ seen: 'broken' });
});

it('the kernel takes no files, and has descriptors', () => {
  const of = (code: string, path: string) => writeFault(Object.assign(new Error('x'), { code }), path).seen;
  expect(of('EPERM', '/proc/self/mem')).toBe("the kernel's own, where no file can be put");
  expect(of('EACCES', '/sys/kernel/x')).toBe("the kernel's own, where no file can be put");
  expect(of('EBADF', '/proc/self/fd/9')).toContain('no such descriptor');
});

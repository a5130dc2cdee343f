import { expect, test } from 'vitest';
import { namePatterns } from '../../src/environment/name-patterns.ts';

test.each([
  ['PATH', ['PATH', 'path', 'Path'], ['PATHS', 'MYPATH', '']],
  ['LD_*', ['LD_', 'LD_PRELOAD', 'ld_library_path', 'LD_\nX'], ['LD', 'OLD_X']],
  ['*_PROXY', ['_PROXY', 'https_proxy'], ['PROXY', 'X_PROXY_']],
  ['*ASKPASS*', ['ASKPASS', 'SSH_ASKPASS', 'SUDO_ASKPASS_X'], ['ASKPAS']],
  ['PRISMA_*_BINARY', ['PRISMA_FMT_BINARY', 'PRISMA__BINARY'], ['PRISMA_BINARY', 'PRISMA_X_BINARIES']],
  ['AWS_*ENDPOINT*', ['AWS_ENDPOINT', 'aws_s3_endpoint_url'], ['AWS_END', 'MY_AWS_ENDPOINT']],
  ['A*B*A', ['ABA', 'AxBxA'], ['AB', 'ABx', 'AA']],
  ['A.C, D', ['A.C', 'D'], ['ABC', 'A', 'A.C, D']],
])('%s', (list, fitting, others) => {
  const patterns = namePatterns(list);
  expect(fitting.filter((name) => !patterns.has(name))).toEqual([]);
  expect(others.filter((name) => patterns.has(name))).toEqual([]);
});

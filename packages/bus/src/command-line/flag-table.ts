// The flags that may stand before a command's name: they are read, and the help is printed, from this table.
import type { Flag } from 'bus-integration-database/help';

export const dispatcherFlags = [
  { name: 'chdir', alias: 'directory', short: 'C', value: 'DIR', text: 'run as if started in DIR' },
  { name: 'verbose', short: 'v', isRepeatable: true, text: 'say more; the command is told too' },
  { name: 'trace', text: 'the same as -vv' },
  { name: 'quiet', short: 'q', text: 'say less; the command is told too' },
  { name: 'output', short: 'o', value: 'FILE', text: 'passed on: write the result to FILE' },
  { name: 'format', short: 'f', value: 'FORMAT', text: 'passed on: text or json; for help also opencli' },
  {
    name: 'color',
    value: 'WHEN',
    choices: ['auto', 'always', 'never'],
    text: 'passed on: auto, always or never',
  },
  { name: 'no-color', text: 'passed on: the same as --color never' },
  { name: 'perf', text: 'print how long the command took' },
  { name: 'help', short: 'h', text: 'this text; bus help COMMAND: the help of COMMAND' },
  { name: 'version', short: 'V', text: 'name and version' },
] as const satisfies readonly Flag[];

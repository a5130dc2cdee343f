// What `bus completion` says of itself.
import { type CommandHelp, commonFlags } from 'bus-integration-database/help';
import { installHints, shells } from './scripts.ts';

export const completionHelp: CommandHelp = {
  name: 'completion',
  text: 'prints a script that makes a shell complete commands, flags, their values and declared names',
  usage: ['bus completion [flags] SHELL', 'bus completion candidates -- WORD…'],
  arguments: [{ name: 'SHELL', isRequired: true, values: shells, text: shells.join(', ') }],
  groups: [{ title: 'flags:', flags: commonFlags }],
  notes: [
    ['to install it:', ...shells.map((shell) => `  ${shell.padEnd(10)}  ${installHints[shell]}`)],
    [
      'The scripts call candidates. It prints what the last WORD of a command line can become: one candidate on each line,',
      'then a tab and its meaning; :files or :directories leaves it to the shell.',
    ],
  ],
  examples: ['source <(bus completion bash)', 'bus completion fish -o ~/.config/fish/completions/bus.fish'],
  exits: [
    ['0', 'done'],
    ['1', 'the file of -o could not be written'],
    ['2', 'wrong usage'],
  ],
};

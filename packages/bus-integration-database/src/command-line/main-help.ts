// What bus-integration-database says of itself.
import { type CommandHelp, commonFlags } from './command-help.ts';

export const help: CommandHelp = {
  name: 'bus-integration-database',
  text: 'the event contract of bus operator database',
  usage: ['bus-integration-database [flags] --events', 'bus-integration-database [flags] --self-test'],
  groups: [
    {
      title: 'what to do:',
      flags: [
        { name: 'events', text: 'print the event names, one on each line; as JSON also the providers' },
        { name: 'self-test', text: 'send a request through the contract and check the answer' },
      ],
    },
    { title: 'flags:', flags: commonFlags },
  ],
  exits: [
    ['0', 'done'],
    ['1', 'the self-test failed, the directory of -C or the file of -o could not be used'],
    ['2', 'wrong usage'],
  ],
};

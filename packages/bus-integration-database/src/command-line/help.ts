// What every binary's help is made of; loads nothing else of this package.

export type { ConfigurationKey } from '../config/config-keys.ts';
export { configurationKeys, keyAliases } from '../config/config-keys.ts';
export { workerKeys } from '../worker/worker-key-table.ts';
export type { CommandHelp, Flag, FlagGroup, ValueNames } from './command-help.ts';
export { commonFlags, flagsOf, helpText } from './command-help.ts';
export { openCliText } from './open-cli.ts';
export type { FlagReading } from './read-flags.ts';
export { firstWord, glance, quoted, readFlags } from './read-flags.ts';

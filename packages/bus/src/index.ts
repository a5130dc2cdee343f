// The public face of bus: the dispatcher and the umbrella as functions.
export { dispatch } from './dispatch.ts';
export type { Family, Installation, ProcessContext } from './family.ts';
export { operate } from './operator.ts';

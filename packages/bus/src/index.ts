// The public face of bus: the dispatcher and the umbrella as functions.
export { dispatch } from './dispatch.ts';
export { operate } from './operator.ts';
export type { Family, Installation, Surroundings } from './surroundings.ts';

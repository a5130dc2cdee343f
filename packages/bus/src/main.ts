// The binary `bus`.
import { dispatch } from './dispatch.ts';
import { runAsProcess } from './main-process.ts';

await runAsProcess('bus', dispatch, import.meta.url);

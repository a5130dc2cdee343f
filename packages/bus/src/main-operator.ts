// The binary `bus-operator`: the umbrella alone, without the dispatcher's ./.env.
import { runAsProcess } from './main-process.ts';
import { operate } from './operator.ts';

await runAsProcess('bus-operator', operate, import.meta.url);

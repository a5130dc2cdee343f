// The binary `bus-operator`: the umbrella alone, without the dispatcher's ./.env. Imports late what `bus` does, so that
// both share one file of it.
const [{ operate }, { runAsProcess }] = await Promise.all([import('./operator.ts'), import('./main-process.ts')]);
await runAsProcess('bus-operator', operate, import.meta.url);

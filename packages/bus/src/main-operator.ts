// The binary `bus-operator`: the umbrella alone, without the dispatcher's ./.env. Imports late what `bus` does, so that
// both share one file of it. Waits at no top level, which a script has not.
Promise.all([import('./operator.ts'), import('./main-process.ts')]).then(([{ operate }, { runAsProcess }]) =>
  runAsProcess('bus-operator', operate, import.meta.url),
);

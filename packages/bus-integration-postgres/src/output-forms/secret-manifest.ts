// The data of a Secret in a YAML file, as tools write it: block maps of one line each. What is written otherwise is taken
// for none of ours. Pure.

/** Key → value; undefined where it is not a Secret. */
export function readSecretManifest(text: string): Readonly<Record<string, string>> | undefined {
  const found: Record<string, string> = {};
  let section = '';
  let isSecret = false;
  for (const line of text.split(/\r?\n/)) {
    const [, indent, key, written = ''] = /^( *)(?:"?)([\w.-]+)(?:"?): *(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || indent === undefined) continue;
    if (indent === '') section = key;
    if (indent === '' && key === 'kind' && scalar(written) === 'Secret') isSecret = true;
    if (indent === '' || (section !== 'stringData' && section !== 'data')) continue;
    const value = scalar(written);
    if (value === undefined) return undefined;
    // What stringData says wins, as it does in the cluster.
    if (section === 'data') found[key] ??= Buffer.from(value, 'base64').toString('utf8');
    else found[key] = value;
  }
  return isSecret ? found : undefined;
}

function scalar(written: string): string | undefined {
  if (written.startsWith("'")) return /^'((?:[^']|'')*)'$/.exec(written)?.[1]?.replaceAll("''", "'");
  if (written.startsWith('"')) {
    try {
      return JSON.parse(written) as string;
    } catch {
      return undefined;
    }
  }
  return /^[|>&*!%@`[{#]/.test(written) ? undefined : written.replace(/\s+#.*$/, '');
}

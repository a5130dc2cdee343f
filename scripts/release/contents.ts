// What is inside an executable, by what the bundler read: a bill of materials and the licences. Reads node_modules.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bunVersion, type Runtime } from './runtimes.ts';

/** The folders of packages that files come from: `node_modules/zod`. */
export function packagesOf(files: readonly string[]): string[] {
  const folders = files.map((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

interface Component {
  readonly 'bom-ref': string;
}

interface BillOfMaterials {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/** A CycloneDX document: what npm says of the packages that are inside, and the runtimes. */
export function billOfMaterials(root: string, folders: readonly string[], runtimes: readonly Runtime[]): object {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const text = execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 100_000_000 });
  const whole = JSON.parse(text) as BillOfMaterials;
  const inside = new Set([...folders, ...ownFolders(root)].map((folder) => idOf(root, folder)));
  const components = whole.components.filter((component) => inside.has(component['bom-ref']));
  const missing = [...inside].filter((id) => components.every((component) => component['bom-ref'] !== id));
  if (missing.length > 0) throw new Error(`the bill of materials does not know ${missing.join(', ')}`);
  const known = new Set([whole.metadata.component['bom-ref'], ...components.map((component) => component['bom-ref'])]);
  const runtimeComponents = runtimes.map((runtime) => ({
    'bom-ref': `${runtime.package}@${bunVersion}`,
    type: 'platform',
    name: runtime.package,
    version: bunVersion,
    purl: `pkg:npm/${runtime.package.replace('@', '%40')}@${bunVersion}`,
    licenses: [{ license: { id: 'MIT' } }],
    hashes: [{ alg: 'SHA-512', content: Buffer.from(runtime.integrity.slice(7), 'base64').toString('hex') }],
  }));
  return {
    ...whole,
    components: [...components, ...runtimeComponents],
    dependencies: whole.dependencies
      .filter(({ ref }) => known.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => known.has(one)) })),
  };
}

/** The licence of ours, and of each package inside, word for word. */
export function licences(root: string, folders: readonly string[]): string {
  const parts = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find((one) => /^(licen[cs]e|copying)/i.test(one));
    const text =
      file === undefined ? 'It brings no text of its licence.' : readFileSync(join(root, folder, file), 'utf8');
    return `${name} ${version}: ${license}\n\n${text.trim()}\n`;
  });
  const own = `bus operator database\n\n${readFileSync(join(root, 'LICENSE'), 'utf8').trim()}\n`;
  const runtime = `Bun ${bunVersion}: MIT. Its package brings no text of its licence; that and the licences of what it is made
of, among them JavaScriptCore under the LGPL 2, are told at https://bun.com/docs/project/license\n`;
  return [own, runtime, ...parts].join(`\n${'-'.repeat(80)}\n\n`);
}

function ownFolders(root: string): string[] {
  return readdirSync(join(root, 'packages')).map((name) => join('packages', name));
}

function idOf(root: string, folder: string): string {
  const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  return `${name}@${version}`;
}

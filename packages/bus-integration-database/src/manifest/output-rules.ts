// What a rule of outputs may hold: the form of the files, which roles they serve, where they go. Pure.
import { normalize } from 'node:path';
import type { ManifestShape, ValueOf } from './shapes/shapes.ts';
import { list, object } from './shapes/shapes-of-many.ts';
import { text, word } from './shapes/single-shapes.ts';
import { templateFault } from './template.ts';
import { quotedName } from './text/seen.ts';

/** A form in which a connection is written down. */
interface OutputForm {
  readonly text: string;
  /** Which keys of a rule mean something for it, beside those that all have. */
  readonly keys: readonly ('variable' | 'namespace' | 'pooler')[];
  /** Whether a rule without a file has one by itself. */
  readonly hasOwnFile?: true;
  /** Whether one file may hold several connections. */
  readonly gathers?: true;
  /** What a file becomes elsewhere under a name of its own, which no other file may have. */
  readonly makes?: (entry: OutputEntry) => MadeObject | undefined;
}

/** One connection of a rule. `file` is absent where it is the form's own. */
export interface OutputEntry {
  readonly database: string;
  readonly role: string;
  readonly file?: string;
  readonly variable?: string;
  readonly namespace?: string;
}

/** `Secret app of namespace shop`, or why there can be none: the end of a sentence that begins with what is named. */
export type MadeObject =
  | { readonly name: string; readonly fault?: never }
  | { readonly fault: { readonly key: 'file' | 'namespace'; readonly named: string; readonly why: string } };

export type OutputForms = Readonly<Record<string, OutputForm>>;

export type OutputRule = ValueOf<ReturnType<typeof outputShape>>;

/** The shape of a rule. */
export function outputShape(forms: OutputForms, role: ManifestShape<string>, database: ManifestShape<string>) {
  const template = (expected: string) =>
    text({ expected, fault: (value) => (value === '' ? 'is empty' : templateFault(value)) });
  const same = (name: string) => name;
  return object({
    of: 'an output',
    keys: {
      form: {
        shape: word(...Object.keys(forms)),
        text: `What is written: ${Object.entries(forms)
          .map(([name, form]) => `${name} (${form.text})`)
          .join(', ')}.`,
        isRequired: true,
      },
      roles: {
        shape: list(role, same, 'roles'),
        text: 'The login roles to write files for. Default: every login role that may connect to one of the databases.',
      },
      databases: {
        shape: list(database, same, 'databases'),
        text: 'The databases to write files for. Default: every database that the role may connect to.',
      },
      file: {
        shape: text({ expected: 'a path', fault: pathFault }),
        text: "The path of the file: relative to the deployment's folder, or absolute. {database}, {DATABASE}, {role}, {ROLE} and {deployment} are replaced.",
      },
      owner: {
        shape: text({ expected: 'user or user:group', fault: ownerFault, schema: { pattern: ownerPattern.source } }),
        text: 'The owner of the file: user or user:group. Needs root. Default: BUS_DATABASE_DSN_FILE_OWNER.',
      },
      mode: {
        shape: fileMode,
        text: 'The mode of the file, in octal digits. Default: 0600.',
      },
      variable: {
        shape: template('a name of an environment variable'),
        text: 'Form env only: the name of one variable that holds the whole URI, in place of PGHOST and the others. The placeholders of file are replaced.',
      },
      namespace: {
        shape: template('a namespace'),
        text: 'Form secret only: the namespace of the Secret. The placeholders of file are replaced.',
      },
      pooler: {
        shape: text({ expected: 'host:port', fault: poolerFault }),
        text: "A pooler's host:port, for services that connect through it. Form uri writes a second file with that address, form secret adds the key pooler-uri.",
      },
    },
  });
}

const modes = ['0600', '0640', '0400', '0440', '0660'];

/** YAML takes it for a number; what is meant are its digits. */
const fileMode: ManifestShape<string> = {
  expected: `${modes.slice(0, -1).join(', ')} or ${modes.at(-1)}`,
  takes: ({ kind }) => kind === 'number' || kind === 'text',
  read: (node, problems) => {
    const written =
      node.kind === 'number' || node.kind === 'text' ? node.source.replace(/^0o|^(?=[0-7]{3}$)/, '0') : '';
    if (modes.includes(written)) return written;
    const shown =
      node.kind === 'map' || node.kind === 'list' || node.kind === 'nothing' ? 'this' : quotedName(node.source);
    problems.report(
      node,
      'value',
      `${shown} is not a mode of such a file, expected ${fileMode.expected}; it holds a password`,
    );
    return undefined;
  },
  merge: (_, own) => own,
  schema: { anyOf: [{ enum: modes }, { type: ['string', 'integer'] }] },
};

function pathFault(path: string) {
  if (path === '') return 'is empty';
  if (path.startsWith('~')) return 'begins with ~, which nothing expands here; write the path itself';
  const parts = normalize(path.replace(/\{[^{}]*\}/g, 'x')).split('/');
  if (!path.startsWith('/') && parts[0] === '..')
    return "leaves the deployment's folder; a path outside of it has to be absolute";
  if (path.endsWith('/')) return 'is a directory, expected a file';
  if (/\.staged(\.next)?$/i.test(path)) return 'ends in .staged, as files do that are only being made';
  return templateFault(path);
}

const ownerPattern = /^[A-Za-z0-9_][A-Za-z0-9_.@-]*\$?(?::[A-Za-z0-9_][A-Za-z0-9_.@-]*)?$/;

function ownerFault(owner: string) {
  return ownerPattern.test(owner) ? undefined : 'is not an owner, expected user or user:group';
}

function poolerFault(address: string) {
  const [, port] = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/.exec(address) ?? [];
  const isRight = port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
  return isRight ? undefined : 'is not an address, expected host:port';
}

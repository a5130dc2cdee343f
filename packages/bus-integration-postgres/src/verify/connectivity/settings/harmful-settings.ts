// Settings of a service's session under which it logs in and works, and loses or damages data, or fails at what is larger
// than what verify tries. Pure.
import { advise, type Check, type FilePair, printable, type Remedy } from 'bus-integration-database';
import type { SessionAtLogin } from '../../../sql/verify/verify-query.ts';
import { superuser } from '../../../text/psql-remedy.ts';
import { shown } from '../../../text/shown.ts';
import type { DeclaredObjects } from '../objects/declared-objects.ts';
import { effectiveSetting } from './effective-setting.ts';

const isOn = (value: string) => /^(on|t|tr|tru|true|y|ye|yes|1)$/i.test(value.trim());

const isOff = (value: string) => /^(of|off|f|fa|fal|fals|false|n|no|0)$/i.test(value.trim());

interface HarmfulSetting {
  readonly name: string;
  readonly isHarmful: (value: string) => boolean;
  readonly effect: string;
  /** Default: fail. */
  readonly result?: 'warn';
  /** Whoever owns the role or the database may set it, too. */
  readonly isAnyones?: true;
}

/** https://www.postgresql.org/docs/current/runtime-config.html */
const harmful: readonly HarmfulSetting[] = [
  {
    name: 'session_replication_role',
    isHarmful: (value) => value.trim().toLowerCase() === 'replica',
    effect: 'triggers and foreign keys are not checked',
  },
  {
    name: 'temp_file_limit',
    isHarmful: (value) => /^0*(\.0*)?\s*(B|kB|MB|GB|TB)?$/.test(value.trim()),
    effect: 'every sort or hash that does not fit into memory fails',
  },
  { name: 'zero_damaged_pages', isHarmful: isOn, effect: 'damaged pages are read as empty' },
  { name: 'ignore_checksum_failure', isHarmful: isOn, effect: 'damaged pages are read as they are' },
  {
    name: 'lo_compat_privileges',
    isHarmful: isOn,
    effect: 'large objects of everybody are read and written, whatever was granted on them',
  },
  {
    name: 'restrict_nonsystem_relation_kind',
    isHarmful: (value) => /view|foreign-table/i.test(value),
    effect: 'views, or foreign tables, are refused to it',
    isAnyones: true,
  },
  {
    name: 'row_security',
    isHarmful: isOff,
    effect: 'every statement on a table is refused whose row security policies bind it',
    result: 'warn',
    isAnyones: true,
  },
  {
    name: 'standard_conforming_strings',
    isHarmful: isOff,
    effect: 'a backslash in a literal escapes what follows it: who quotes as the standard says is open to injected SQL',
    result: 'warn',
    isAnyones: true,
  },
];

export function harmfulSettings(
  pair: FilePair,
  session: SessionAtLogin,
  declared: DeclaredObjects | undefined,
): Check[] {
  return harmful.flatMap(({ name, isHarmful, effect, result, isAnyones }): Check[] => {
    const stored = effectiveSetting(pair, name, session, declared);
    if (stored === undefined || !isHarmful(stored.value)) return [];
    return [
      {
        id: 'harmful-setting',
        kind: 'connectivity',
        result: result ?? 'fail',
        target: `${printable(pair.role)}@${printable(pair.database)}`,
        seen: `${name} = ${printable(stored.value)} (${stored.where}): what ${shown(pair.role)} does runs so that ${effect}`,
        ...advise(isAnyones ? stored.reset : asSuperuser(stored.reset)),
      },
    ];
  });
}

function asSuperuser(reset: Remedy): Remedy {
  return typeof reset === 'object' && 'kind' in reset && reset.kind === 'sql' ? { ...reset, as: superuser } : reset;
}

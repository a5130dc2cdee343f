// What a server's modules would say to what apply does: password hooks, reserved roles, event triggers; and which views
// are hidden from this admin, with the grants that would show them. Pure.
import type { Check, DesiredNames } from 'bus-integration-database';
import type { Observation } from '../observe/observation.ts';
import { boundedChecks } from '../text/bounded.ts';
import { anyDatabase, inDatabase, runs, superuser } from '../text/psql-remedy.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';
import { check } from './doctor-check.ts';
import type { DoctorObservation } from './server-facts.ts';

export interface PasswordPlan {
  readonly admin: string;
  readonly passwordSend: 'verifier' | 'plaintext';
  /** The plan sets at least one password. */
  readonly setsPasswords: boolean;
}

/**
 * Whether the server would take a verifier instead of a password: a module's hook may want to see the password itself.
 * https://www.postgresql.org/docs/current/passwordcheck.html
 */
export function verifierChecks(
  { settings, sees, changesRdsPasswords }: DoctorObservation,
  plan: PasswordPlan,
): Check[] {
  const refusal = plan.setsPasswords ? 'fail' : 'warn';
  const isVerifier = plan.passwordSend === 'verifier';
  const checks: Check[] = [];
  if (isOn(settings.rds) && !changesRdsPasswords) {
    checks.push(
      check(
        'verifier',
        refusal,
        `only members of rds_password change passwords here (rds.restrict_password_commands is on); ${shown(plan.admin)} is none`,
        runs(superuser, anyDatabase, `GRANT rds_password TO ${identifier(plan.admin)};`),
      ),
    );
  }
  if (isVerifier && settings.credcheck !== null && !isOn(settings.credcheck)) {
    checks.push(
      check('verifier', refusal, 'credcheck refuses password verifiers (credcheck.encrypted_password_allowed is off)', [
        runs(
          superuser,
          anyDatabase,
          'ALTER SYSTEM SET credcheck.encrypted_password_allowed = on; SELECT pg_reload_conf();',
        ),
        ' or, over verify-full TLS: set BUS_DATABASE_PASSWORD_SEND=plaintext',
      ]),
    );
  }
  const libraries = librariesOf(settings);
  const judges = libraries.filter((name) => /passw|cred/i.test(name) && !known.includes(name));
  if (isVerifier && judges.length > 0) {
    checks.push(
      check(
        'verifier',
        'warn',
        `module ${judges.map(printable).join(', ')} may judge passwords, and refuse verifiers since it can't look into them`,
        'if apply ends with verifier-refused: over verify-full TLS, set BUS_DATABASE_PASSWORD_SEND=plaintext',
      ),
    );
  }
  if (checks.length > 0) return checks;
  if (libraries.includes('passwordcheck') || settings.passwordcheck !== null)
    return [check('verifier', 'ok', 'passwordcheck is loaded; verifiers pass it')];
  if (sees.settings) return [check('verifier', 'ok', 'no module judges passwords')];
  return [
    check(
      'verifier',
      'unknown',
      `${shown(plan.admin)} can't see which modules are loaded, so whether one refuses password verifiers`,
      runs(superuser, anyDatabase, `GRANT pg_read_all_settings TO ${identifier(plan.admin)};`),
    ),
  ];
}

const known = ['passwordcheck', 'credcheck'];

function isOn(value: string | null): boolean {
  return value !== null && ['on', 'true', 'yes', '1'].includes(value.toLowerCase());
}

/** `$libdir/passwordcheck, "other"`: https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-SHARED-PRELOAD-LIBRARIES */
function librariesOf(settings: DoctorObservation['settings']): string[] {
  return [settings.shared_preload_libraries, settings.session_preload_libraries, settings.local_preload_libraries]
    .flatMap((list) => (list ?? '').split(','))
    .map((word) =>
      word
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .replace(/^.*\//, '')
        .replace(/\.so$/, ''),
    )
    .filter((name) => name !== '');
}

/** Roles that a platform keeps for itself: a module refuses to make or change them, whatever the admin may do. */
export function reservedRoleChecks({ settings }: DoctorObservation, { roles }: DesiredNames): Check[] {
  if (settings.supautils === null) return [];
  const reserved = settings.supautils.split(',').map((word) => word.trim().replace(/\*$/, ''));
  const taken = [...roles].filter((name) => reserved.includes(name));
  if (taken.length === 0)
    return [check('reserved-roles', 'ok', 'supautils reserves roles, none of those that are declared')];
  return taken.map((name) =>
    check(
      'reserved-roles',
      'fail',
      `role ${shown(name)} is reserved by the platform (supautils.reserved_roles)`,
      'declare another name in BUS_DATABASE_SERVICE_ROLE or BUS_DATABASE_ROLE_NAMES',
    ),
  );
}

/** Commands that apply runs inside a database, by their tags: https://www.postgresql.org/docs/current/event-trigger-matrix.html */
const ourTags = ['CREATE SCHEMA', 'GRANT', 'REVOKE'];

/** Triggers that run on what apply does inside our databases, or on every login there; either may refuse it. */
export function eventTriggerChecks({ inside }: Observation): Check[] {
  return [...inside].flatMap(([database, { obstacles }]) =>
    boundedChecks(
      (obstacles?.eventTriggers ?? [])
        .filter(({ event, tags }) => event === 'login' || (event.startsWith('ddl_command_') && concerns(tags)))
        .map(({ name, event, tags, calls }) =>
          check(
            'event-trigger',
            'info',
            `event trigger ${shown(name)} of ${shown(database)} runs ${shown(calls)} ${
              event === 'login'
                ? 'at every login, which it may refuse'
                : `at ${event.replace(/^ddl_command_/, 'the ')} of ${(tags ?? ['every command']).join(', ')}, which it may refuse`
            }`,
          ),
        ),
      `event triggers of ${shown(database)}`,
    ),
  );
}

function concerns(tags: readonly string[] | null): boolean {
  return tags === null || tags.some((tag) => ourTags.includes(tag));
}

/** What verify would like to see; the rights are a DBA's to give, and none of them is needed to apply. */
export function listenerRulesChecks({ sees }: DoctorObservation, { server, admin }: Observation): Check[] {
  if (sees.rules) return [];
  const role = identifier(admin.name);
  return [
    check(
      'listener-rules',
      'info',
      `${shown(admin.name)} may not read pg_hba.conf's rules, so verify can't judge all of the listener policy`,
      runs(
        superuser,
        inDatabase(server.database),
        `GRANT SELECT ON pg_catalog.pg_hba_file_rules TO ${role}; GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO ${role};`,
      ),
    ),
  ];
}

// What databases are made with: what was seen of that beside what is desired, and what can't be had. Pure.
// https://www.postgresql.org/docs/current/sql-createdatabase.html
import { advise, type Diagnostic, type Remedy } from 'bus-integration-database';
import type { CreationFacts, Observation, ObservedCreation, ObservedDatabase } from '../../observe/observation.ts';
import { anyDatabase, runs, superuser } from '../../text/psql-remedy.ts';
import { printable, shown } from '../../text/shown.ts';
import { identifier, literal } from '../../text/sql-text.ts';
import { lacking } from '../kind/kind-words.ts';
import { encodingOf, isSameLocale, type LocaleProvider } from './locale.ts';

/** What is said of how a database is made; only what is named counts. */
export interface Creation {
  readonly encoding?: string;
  readonly provider?: LocaleProvider;
  readonly locale?: string;
  readonly template?: string;
  readonly tablespace?: string;
}

/** The same of a database that was read: the declaration, where it has what is named. */
export function creationSeen(desired: Creation, found: ObservedDatabase, facts: CreationFacts | undefined): Creation {
  const made = facts?.databases.get(found.name);
  const isDesired =
    desired.locale !== undefined &&
    made !== undefined &&
    (desired.provider ?? made.provider) === made.provider &&
    localesOf(made).every((locale) => isSameLocale(made.provider, locale, desired.locale ?? ''));
  return {
    ...(desired.encoding !== undefined && { encoding: found.encoding }),
    ...(desired.provider !== undefined && made !== undefined && { provider: made.provider }),
    ...(desired.locale !== undefined && {
      locale: isDesired ? desired.locale : [...new Set(localesOf(made))].join(' and '),
    }),
    ...(desired.template !== undefined && { template: desired.template }),
    ...(desired.tablespace !== undefined && { tablespace: made?.tablespace ?? desired.tablespace }),
  };
}

function localesOf(made: ObservedCreation | undefined): readonly string[] {
  if (made === undefined) return [];
  return made.provider === 'libc' ? [made.collate, made.characterType] : [made.locale ?? ''];
}

/** What a database that exists can't be given any more. */
export function otherThanMade(name: string, seen: Creation, desired: Creation): Diagnostic[] {
  const words = { encoding: 'encoding', provider: 'locale provider', locale: 'locale' } as const;
  return (['encoding', 'provider', 'locale'] as const).flatMap((key) => {
    if (seen[key] === desired[key]) return [];
    const is = seen[key] ?? 'unknown';
    return refused(
      name,
      `other-${key}`,
      `database ${shown(name)} has ${words[key]} ${shown(is)}, expected ${shown(desired[key] ?? '')}; it is settled when a database is made`,
      `write ${key}: ${JSON.stringify(is)} in the manifest, or declare another database and move what is in this one`,
    );
  });
}

export function otherTablespace(name: string, seen: Creation, desired: Creation): Diagnostic[] {
  const { tablespace } = desired;
  if (tablespace === undefined || seen.tablespace === tablespace) return [];
  const sql = `ALTER DATABASE ${identifier(name)} SET TABLESPACE ${identifier(tablespace)};`;
  return [
    {
      severity: 'warn',
      code: 'other-tablespace',
      message: `database ${shown(name)} is in tablespace ${shown(seen.tablespace ?? '')}, expected ${shown(tablespace)}; moving it copies its files and wants nobody connected`,
      target: printable(name),
      ...advise(runs('when nobody is connected, its owner or a superuser', anyDatabase, sql)),
    },
  ];
}

/** The step's words of how a database is made: what the template gives is not said. */
export function madeWith(desired: Creation, { creation }: Observation): Creation & { readonly encoding: string } {
  const { locale, template, tablespace } = desired;
  const model = creation?.databases.get(template ?? 'template0');
  const isAnother = desired.provider !== undefined && desired.provider !== model?.provider;
  const provider = isAnother || locale !== undefined ? (desired.provider ?? model?.provider) : undefined;
  return {
    encoding: desired.encoding ?? (template === undefined ? 'UTF8' : (model?.encoding ?? 'UTF8')),
    // The only one before 15, and what is meant where nothing else is named.
    ...(provider !== undefined && (provider !== 'libc' || isAnother) && { provider }),
    ...(locale !== undefined && { locale }),
    ...(template !== undefined && template !== 'template0' && { template }),
    // Named, a plain admin would be refused the default: https://www.postgresql.org/docs/current/manage-ag-tablespaces.html
    ...(tablespace !== undefined && tablespace !== model?.tablespace && { tablespace }),
  };
}

/** The clauses of CREATE DATABASE. */
export function creationClauses({ encoding, provider, locale, template, tablespace }: Creation): string {
  const place = { libc: 'LOCALE', icu: 'ICU_LOCALE', builtin: 'BUILTIN_LOCALE' }[provider ?? 'libc'];
  return [
    `TEMPLATE ${template === undefined ? 'template0' : identifier(template)}`,
    ...(encoding === undefined ? [] : [`ENCODING ${literal(encoding)}`]),
    ...(provider === undefined ? [] : [`LOCALE_PROVIDER ${provider}`]),
    ...(locale === undefined ? [] : [`${place} ${literal(locale)}`]),
    ...(tablespace === undefined ? [] : [`TABLESPACE ${identifier(tablespace)}`]),
  ].join(' ');
}

/** What this server can't make, each with what it can. */
export function creationFaults(name: string, desired: Creation, { server, creation }: Observation): Diagnostic[] {
  const { provider, locale, template = 'template0', tablespace } = desired;
  const model = creation?.databases.get(template);
  const major = Math.floor(server.versionNum / 10_000);
  const where = `of database ${shown(name)}`;
  const fault = (code: string, message: string, remedy: Remedy) => refused(name, code, message, remedy);
  const faults: Diagnostic[] = [];
  const since = provider === 'icu' ? 15 : provider === 'builtin' ? (locale === 'PG_UNICODE_FAST' ? 18 : 17) : 14;
  if (major < since) {
    const what = since === 18 ? `locale ${locale} ${where}` : `provider ${provider} ${where}`;
    faults.push(
      ...fault(
        'unknown-locale',
        `${what} is known from PostgreSQL ${since} on; this is ${server.version}`,
        'name another one',
      ),
    );
  } else if (provider === 'icu' && creation?.knowsIcu === false) {
    faults.push(
      ...fault('unknown-locale', `this server was built without ICU, the provider ${where}`, 'use provider: libc'),
    );
  }
  if (creation === undefined) return faults;
  if (model === undefined)
    faults.push(
      ...fault(
        'no-template',
        `template ${shown(template)} ${where} does not exist`,
        'name a database that does, or leave template out',
      ),
    );
  if (tablespace === 'pg_global' || (tablespace !== undefined && !creation.tablespaces.has(tablespace)))
    faults.push(
      ...fault(
        'no-tablespace',
        `no database can be in tablespace ${shown(tablespace)}, expected ${where}${tablespace === 'pg_global' ? '' : ': it does not exist'}`,
        'name another one, or leave tablespace out',
      ),
    );
  if (model === undefined) return faults;
  const { encoding } = { encoding: template === 'template0' ? 'UTF8' : model.encoding, ...desired };
  const chosen = provider ?? model.provider;
  const isSystem = chosen === 'libc' && locale !== undefined;
  if (isSystem && creation.unknownLocales.has(locale))
    faults.push(
      ...fault(
        'unknown-locale',
        `the server's operating system has no locale ${shown(locale)}, expected ${where}`,
        'name one that it has (locale -a tells them there), or install it there',
      ),
    );
  const system = isSystem ? locale : model.characterType;
  const meant = encodingOf(system);
  if (meant !== undefined && meant !== encoding && encoding !== 'SQL_ASCII')
    faults.push(
      ...fault(
        'other-encoding',
        `encoding ${encoding} ${where} does not go with locale ${shown(system)}, which is for ${meant}`,
        `write encoding: ${meant}, or name another locale`,
      ),
    );
  if (template !== 'template0') {
    const same = localesOf(model).every((one) => locale === undefined || isSameLocale(model.provider, one, locale));
    if (encoding !== model.encoding || chosen !== model.provider || !same)
      faults.push(
        ...fault(
          'other-template',
          `template ${shown(template)} ${where} has encoding ${model.encoding} and locale ${shown(localesOf(model)[0] ?? '')} (${model.provider}); a copy has no other`,
          'leave encoding, locale and provider out, or leave template out',
        ),
      );
  }
  return faults;
}

/** What the admin lacks for making a database so. */
export function lacksForCreation({ template, tablespace }: Creation, { admin, creation }: Observation): Diagnostic[] {
  const found: Diagnostic[] = [];
  const model = template === undefined ? undefined : creation?.databases.get(template);
  const who = shown(admin.name);
  if (template !== undefined && model !== undefined && !model.adminMayCopy)
    found.push(
      lacking(
        'lacks-template',
        `role ${who} may not copy database ${shown(template)}, which is another's and no template`,
        {
          remedy: runs(superuser, anyDatabase, `ALTER DATABASE ${identifier(template)} IS_TEMPLATE true;`),
        },
      ),
    );
  if (tablespace !== undefined && creation?.tablespaces.get(tablespace)?.adminMayCreate === false)
    found.push(
      lacking('lacks-tablespace', `role ${who} may not create in tablespace ${shown(tablespace)}`, {
        remedy: runs(
          superuser,
          anyDatabase,
          `GRANT CREATE ON TABLESPACE ${identifier(tablespace)} TO ${identifier(admin.name)};`,
        ),
      }),
    );
  return found;
}

function refused(name: string, code: string, message: string, remedy: Remedy): Diagnostic[] {
  return [{ severity: 'fail', code, message, target: printable(name), ...advise(remedy) }];
}

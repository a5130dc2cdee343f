// No object that somebody else can make in a database stands for anything that our SQL names: all statements that the
// product sends resolve to pg_catalog even where schema public is searched too and holds an operator for every pair of types.
import { majors, startServer } from 'embedded';
import { describe, expect, test } from 'vitest';
import { exportedStatements, recordedStatements } from './shadowing/recorded.ts';
import { setTraps } from './shadowing/traps.ts';
import { someOf } from './variants.ts';

// Statements without an expression: names, words and literals, which nothing but their own grammar gives a meaning.
const name = `"(?:[^"]|"")+"`;
const text = `E?'(?:[^']|'')*'`;
const attribute = `((NO)?(LOGIN|INHERIT|CREATEDB|BYPASSRLS|REPLICATION)|CONNECTION LIMIT -?\\d+|(VALID UNTIL|PASSWORD) ${text})`;
const option = '(INHERIT|SET|ADMIN) (TRUE|FALSE)';
// Types of arguments are written as the server writes them.
const routine = `${name}\\.${name}\\([a-z ]*\\)`;
const things = `(ALL (TABLES|SEQUENCES|ROUTINES) IN SCHEMA ${name}|(TABLE|SEQUENCE) ${name}\\.${name}(, ${name}\\.${name})*|ROUTINE ${routine}(, ${routine})*)`;
const columns = `[A-Z]+ \\(${name}(, ${name})*\\)`;
const plain = [
  /^BEGIN( READ (ONLY|WRITE))?$/,
  /^(COMMIT|ROLLBACK)$/,
  /^SET (search_path = ''|transaction_timeout = '0')$/,
  /^SET LOCAL \w+ = ('\w*'|-?\d+)$/,
  /^SET LOCAL ROLE NONE$/,
  new RegExp(`^(CREATE|ALTER) ROLE ${name}( ${attribute})+$`),
  new RegExp(`^ALTER (ROLE ${name}( IN DATABASE ${name})?|DATABASE ${name}) SET ${name} TO ${text}(, ${text})*$`),
  new RegExp(`^GRANT ${name} TO (CURRENT_USER|${name})( WITH ${option}(, ${option})*| WITH ADMIN OPTION)?$`),
  new RegExp(`^REVOKE ((ADMIN|SET|INHERIT) OPTION FOR )?${name} FROM (CURRENT_USER|${name})( GRANTED BY ${name})?$`),
  new RegExp(`^COMMENT ON (ROLE|DATABASE|SCHEMA) ${name} IS ${text}$`),
  new RegExp(
    `^CREATE DATABASE ${name} TEMPLATE template0 ENCODING ${text}( LOCALE ${text})? ALLOW_CONNECTIONS false CONNECTION LIMIT \\d+$`,
  ),
  new RegExp(`^ALTER DATABASE ${name}( WITH ALLOW_CONNECTIONS true)? CONNECTION LIMIT -?\\d+$`),
  new RegExp(`^ALTER (DATABASE|SCHEMA) ${name} OWNER TO ${name}$`),
  // Of what is named as the server says it.
  new RegExp(`^ALTER [A-Z ]+ [a-z_.0-9]+(\\([a-z_, ]*\\))? OWNER TO ${name}$`),
  new RegExp(`^CREATE EXTENSION ${name} SCHEMA ${name}$`),
  new RegExp(`^CREATE SCHEMA ${name}( AUTHORIZATION ${name})?$`),
  new RegExp(
    `^ALTER DEFAULT PRIVILEGES FOR ROLE ${name}( IN SCHEMA ${name})? (GRANT|REVOKE) [A-Z, ]+ ON [A-Z]+ (TO|FROM) (PUBLIC|${name})$`,
  ),
  new RegExp(`^(GRANT|REVOKE) [A-Z, ]+ ON (DATABASE|SCHEMA) ${name}(, ${name})* (TO|FROM) (PUBLIC|${name})$`),
  new RegExp(`^(GRANT|REVOKE) [A-Z, ]+ ON ${things} (TO|FROM) (PUBLIC|${name})$`),
  new RegExp(`^(GRANT|REVOKE) ${columns}(, ${columns})* ON TABLE ${name}\\.${name} (TO|FROM) ${name}$`),
  // verify works as a service does, in its own session and its own search_path; the admin never does.
  new RegExp(`^CREATE TABLE ${name} \\(value pg_catalog\\.name\\)$`),
  new RegExp(`^INSERT INTO ${name} VALUES \\(${text}\\)$`),
  new RegExp(`^SELECT value FROM ${name}$`),
  /^SET LOCAL search_path TO pg_catalog, pg_temp$/,
  new RegExp(`^CREATE TABLE ${name}\\.${name} \\(value pg_catalog\\.name\\)$`),
  new RegExp(`^INSERT INTO ${name}\\.${name} VALUES \\(${text}\\)$`),
  new RegExp(`^SELECT value FROM ${name}\\.${name}$`),
];

describe.each(someOf('shadowing', majors, 1))('PostgreSQL %i', (major) => {
  test('what reads depends on nothing outside pg_catalog, what writes has no expression', {
    timeout: 300_000,
  }, async () => {
    const recorded = await recordedStatements(major);
    // A part of statements that is exported by itself is an expression.
    const exported = (await exportedStatements()).map((each) => each.trim().replace(/^(?=pg_catalog\.|\()/, 'SELECT '));
    const statements = [...new Set([...recorded, ...exported])];
    const moving = statements.filter((each) => each.startsWith('DO ') && each.includes('FOR moved IN'));
    expect(moving.length, 'a run moves many things').toBeGreaterThan(0);
    const reading = [
      ...statements.filter((each) => /^(SELECT|WITH)\b/.test(each) && !plain.some((kind) => kind.test(each))),
      ...moving.flatMap((each) =>
        [...each.matchAll(/IN\s+(SELECT[\s\S]*?)\s+LOOP/g)].map(([, query = '']) =>
          query.replaceAll('moved.oid', '0::pg_catalog.oid'),
        ),
      ),
    ];
    const blocks = statements.filter((each) => each.startsWith('DO ') && !moving.includes(each));
    const others = statements.filter((each) => ![reading, blocks, moving].some((kind) => kind.includes(each)));
    expect(others.filter((each) => !plain.some((kind) => kind.test(each)))).toEqual([]);
    for (const each of [
      ...['CREATE ROLE', 'CREATE DATABASE', 'CREATE SCHEMA', 'REVOKE', 'CREATE TABLE', 'ALTER ROLE'],
      ...['ON ALL TABLES IN SCHEMA', 'ON TABLE', 'EXECUTE ON ROUTINE'],
    ]) {
      expect(others.join('\n'), `a run sends ${each}`).toContain(each);
    }
    expect(reading.join('\n')).toContain('pg_try_advisory_lock');

    await using server = await startServer({ major, settings: { max_locks_per_transaction: '10000' } });
    const operators = new Set(
      reading
        .join('\n')
        .replace(/'(?:[^']|'')*'|--.*|\/\*|"[^"]*"/g, ' ')
        .match(/[-+*/<>=~!@#%^&|`?]+/g),
    );
    await using traps = await setTraps(
      server,
      [...operators, '!~~', '~~'].filter((each) => each !== '=>'),
    );
    expect(await traps.dependencies('SELECT 1::pg_catalog.oid <> 0')).toEqual([expect.stringContaining('<>')]);
    expect(await traps.dependencies('SELECT NULL::text')).not.toEqual([]);

    const shadowed: string[] = [];
    for (const each of reading) {
      try {
        for (const what of await traps.dependencies(each)) shadowed.push(`${what} in ${headOf(each)}`);
      } catch (error) {
        // Another version's relations, columns and functions, which that version's run judges; a part that takes only
        // some of the parameters of the statement that is recorded whole.
        if (
          recorded.includes(each) ||
          !['42703', '42883', '42P01', '42P18'].includes((error as { code?: string }).code ?? '')
        )
          shadowed.push(`${String(error)} in ${headOf(each)}`);
      }
    }
    expect(shadowed).toEqual([]);

    expect(blocks.length).toBeGreaterThan(0);
    const [trying, forbidden] = [true, false].map((isTrying) =>
      blocks.filter((block) => block.includes("'bus.tried'") === isTrying),
    );
    for (const block of trying ?? []) {
      const [row] = await traps.run(
        `SELECT pg_catalog.set_config('bus.statements', '["SELECT 1", "SELEC"]', true); ${block}; SELECT pg_catalog.current_setting('bus.tried') AS tried`,
      );
      expect(JSON.parse(String(row?.tried))).toEqual(['', expect.stringMatching(/^42601 /)]);
    }
    for (const block of forbidden ?? []) {
      const [row] = await traps.run(`${block}; SELECT pg_catalog.current_setting('bus.attempted') AS attempted`);
      const attempted = JSON.parse(String(row?.attempted)) as { managed: string[]; unclear: string[] };
      expect(attempted.unclear).toEqual([]);
      expect(attempted.managed.length).toBeGreaterThan(0);
    }
    // Calls of functions are qualified, so that no argument's type matters.
    const keywords =
      /^(?:coalesce|exists|any|all|array|in|and|or|not|values|where|select|from|as|on|case|when|then|else|filter|over|least|by|lateral|join)$/i;
    const calls = reading.flatMap((each) =>
      [...each.replace(/'(?:[^']|'')*'|--.*/g, "''").matchAll(/(?<![\w.])(AS |RECURSIVE )?("?[A-Za-z_]\w*"?) ?\(/g)]
        .filter(([, introduced, called = '']) => introduced === undefined && !keywords.test(called))
        .map(([, , called]) => `${called} in ${headOf(each)}`),
    );
    expect(calls).toEqual([]);
  });
});

function headOf(statement: string): string {
  return statement.replace(/\s+/g, ' ').slice(0, 120);
}

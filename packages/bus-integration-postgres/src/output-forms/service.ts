// Sections of pg_service.conf. The password stands in them, since libpq takes it from there, and a service that is told
// one file needs no other one; the file is as private as the others. Pure.
// https://www.postgresql.org/docs/current/libpq-pgservice.html
import { fileSystemName } from 'bus-integration-database';
import { isConnectionKeyword } from '../dsn/keywords.ts';
import { type FileForm, type HeldConnection, unwritable } from './form.ts';

export const service: FileForm = {
  said: (endpoint) => endpoint,
  write: (connections) => connections.map(sectionOf).join('\n\n'),
  read: (text) => {
    const sections: { name: string; settings: Record<string, string> }[] = [];
    const others: string[] = [];
    for (const line of text.split('\n').map((one) => one.replace(/^[ \t\v\f\r]+|[ \t\v\f\r]+$/g, ''))) {
      const [, name] = /^\[(.*)\]/.exec(line) ?? [];
      const equals = line.indexOf('=');
      const settings = sections.at(-1)?.settings;
      const keyword = line.slice(0, Math.max(equals, 0));
      if (line === '') continue;
      if (line.startsWith('#')) others.push('a comment');
      else if (name !== undefined) sections.push({ name, settings: {} });
      else if (settings === undefined || !isConnectionKeyword(keyword)) return undefined;
      else settings[keyword] ??= line.slice(equals + 1);
    }
    const connections: HeldConnection[] = [];
    for (const { name, settings } of sections) {
      const { user, password, dbname: database, ...endpoint } = settings;
      const isOurs = user && password && database && serviceName({ database, user }) === name;
      if (isOurs) connections.push({ user, password, database, endpoint });
      else others.push(`section ${name}`);
    }
    return { connections, others };
  },
};

/**
 * What the section of a connection is called: the same whatever else is in the file.
 *
 * @example
 * serviceName({ database: 'orders', user: 'shop_app' }); // 'orders.shop_app'
 */
export function serviceName({ database, user }: Pick<HeldConnection, 'database' | 'user'>): string {
  return `${fileSystemName(database)}.${fileSystemName(user)}`;
}

function sectionOf(connection: HeldConnection): string {
  const { endpoint, database: dbname, user, password } = connection;
  const { host = '', port = '', ...rest } = endpoint;
  const settings = Object.entries({ host, port, dbname, user, password, ...rest });
  return [`[${serviceName(connection)}]`, ...settings.map(([keyword, value]) => lineOf(keyword, value))].join('\n');
}

/** libpq reads lines into 1024 bytes, and drops blanks at their end. */
function lineOf(keyword: string, value: string): string {
  const line = `${keyword}=${value}`;
  const refuse = (why: string) => unwritable('service', keyword, why);
  if (/[\r\n\0]/.test(value)) throw refuse('it holds a line break');
  if (/[ \t\v\f]$/.test(value)) throw refuse('it ends with a blank');
  if (Buffer.byteLength(line) > 1021) throw refuse('its line would be longer than 1021 bytes');
  return line;
}

// Connection strings as people mistype them, each with the canary TAIL where a piece of the password, or of what follows
// it, stands; and what the error has to say. Data only.

export interface MalformedDsn {
  readonly dsn: string;
  readonly says: RegExp;
}

const at = /host holds "@"/;
const behind = /an "@" stands behind a slash or question mark/;
const noWord = /a word without "=" after it at character \d+/;

export const malformedDsns: readonly MalformedDsn[] = [
  // An "@" in the password.
  { dsn: 'postgresql://adm:p@TAIL@host.invalid/db', says: at },
  { dsn: 'postgresql://adm:p@TAIL@host.invalid:5432/db?sslmode=require', says: at },
  { dsn: 'postgresql://adm:@TAIL@host.invalid/db', says: at },
  { dsn: 'postgresql://adm:p@@TAIL/x@host.invalid/db', says: at },
  { dsn: 'postgresql://adm:p@TA,TAIL@host.invalid/db', says: at },
  { dsn: 'postgresql://adm:p@TAIL@[::1]:5432/db', says: at },
  { dsn: 'postgres://adm@corp.invalid:p@TAIL@host.invalid/db', says: at },
  { dsn: 'host=b@TAIL user=adm password=p', says: at },
  { dsn: 'user=adm password=p host=a.invalid,b@TAIL', says: at },
  { dsn: 'host=adm:p@TAIL', says: at },
  { dsn: 'postgresql://adm:p@host.invalid/db?host=b@TAIL', says: at },
  { dsn: 'user=adm:p@TAIL dbname=db', says: /user holds ":" and "@"/ },
  { dsn: 'host=@TAIL user=adm password=p', says: /host begins with "@"/ },
  { dsn: 'postgresql://adm:p@%40TAIL/db', says: /host begins with "@"/ },
  { dsn: 'postgresql://adm:p@host.invalid/db?host=@TAIL', says: /host begins with "@"/ },
  { dsn: 'user=adm password=p host=a.invalid,@TAIL', says: /host begins with "@"/ },
  // An "@", and behind it a "/" or a "?".
  { dsn: 'postgresql://adm:p@TAIL/x@host.invalid/db', says: behind },
  { dsn: 'postgresql://adm:p@TAIL:1/x@host.invalid:5432/db?sslmode=require', says: behind },
  { dsn: 'postgresql://adm:p@127.0.0.1:5432/TAIL@127.0.0.1:5432/db', says: behind },
  { dsn: 'postgresql://adm:p@TAIL?application_name=x@host.invalid/db', says: behind },
  { dsn: 'postgresql://adm:p@TAIL?password=x/y@host.invalid/db', says: behind },
  { dsn: 'postgresql://adm:p@TAIL/x?y?z@host.invalid/db', says: behind },
  { dsn: 'postgresql://adm:p@TAIL/x/y#z@host.invalid/db', says: behind },
  { dsn: 'postgresql://adm:p@TAIL,b/x@host.invalid/db', says: behind },
  { dsn: 'postgresql://adm:p@a.invalid,b.invalid:1/TAIL@host.invalid,b.invalid/db', says: behind },
  { dsn: 'postgresql://adm:p@TAIL/x@y@host.invalid/db', says: behind },
  { dsn: 'postgresql://adm:p@TAIL/@host.invalid/db', says: behind },
  { dsn: 'postgresql://adm:p@TAIL#x@host.invalid/db', says: at },
  { dsn: 'postgresql://adm:p@TAIL#x/y', says: /host .*a character that no host name has/ },
  { dsn: 'postgresql://adm:p@[::1]/TAIL@[::1]:5432/db', says: behind },
  { dsn: 'postgresql://adm:p@[::1]TAIL/x@host.invalid/db', says: behind },
  { dsn: 'postgresql://adm:p@TAIL?password=x@host.invalid/db', says: behind },
  // A "/", "?" or "[" in it.
  { dsn: 'postgresql://adm:12/TAIL@host.invalid/db', says: behind },
  { dsn: 'postgresql://adm:12/x?application_name=TAIL@host.invalid/db', says: behind },
  { dsn: 'postgresql://adm:p/TAIL@host.invalid/db', says: behind },
  { dsn: 'postgresql://adm:12/x?TAIL=p@host.invalid/db', says: /behind|does not know/ },
  { dsn: 'postgresql://adm:p@[TAIL]/db', says: /host holds "\[" and no IPv6 address/ },
  { dsn: 'postgresql://adm:p@[TAIL/db', says: /"\["/ },
  // Its port, its "%".
  { dsn: 'postgresql://adm:p@host.invalid:TAIL/db', says: /port .*must be a whole number/ },
  { dsn: 'postgresql://adm:TAIL/db', says: /port .*must be a whole number/ },
  { dsn: 'postgresql://adm:p%TAIL@host.invalid/db', says: /"%" without two hexadecimal digits/ },
  { dsn: 'postgresql://adm:p%FFTAIL@host.invalid/db', says: /percent-encoded bytes that are not UTF-8/ },
  // Another scheme, or none.
  { dsn: 'mysql://adm:TAIL@host.invalid/db', says: /has the scheme mysql/ },
  { dsn: 'TAIL://adm:p@host.invalid/db', says: /has the scheme of another kind of server/ },
  { dsn: 'postgresql+psycopg2://adm:TAIL@host.invalid/db', says: /another spelling of postgresql:\/\// },
  { dsn: 'jdbc:postgresql://host.invalid/db?user=adm&password=TAIL', says: /another spelling of postgresql:\/\// },
  { dsn: 'PostgreSQL://adm:TAIL@host.invalid/db', says: /another spelling of postgresql:\/\// },
  { dsn: 'postgresql:/adm:TAIL@host.invalid/db', says: /begins with postgresql: and not with postgresql:\/\// },
  { dsn: 'adm:TAIL@host.invalid/db', says: noWord },
  { dsn: 'host.invalid:5432:db:adm:TAIL', says: noWord },
  // Something around it.
  { dsn: '"postgresql://adm:TAIL@host.invalid/db"', says: /has quotes around it/ },
  { dsn: "'host=host.invalid password=TAIL'", says: /has quotes around it/ },
  { dsn: 'DATABASE_URL=postgresql://adm:TAIL@host.invalid/db', says: /begins with the name of a variable/ },
  { dsn: 'export PGURL="postgresql://adm:TAIL@host.invalid/db"', says: /begins with the name of a variable/ },
  { dsn: 'psql postgresql://adm:TAIL@host.invalid/db', says: /begins with the command psql/ },
  { dsn: '{"host":"host.invalid","password":"TAIL"}', says: noWord },
  // One parameter run into another.
  { dsn: 'host=h.invalid;password=TAIL;user=adm', says: /host .*a character that no host name has/ },
  { dsn: 'host=h.invalid,port=5432,password=TAIL', says: /host .*a character that no host name has/ },
  { dsn: 'host=h.invalid&password=TAIL', says: /host .*a character that no host name has/ },
  { dsn: 'host=h.invalid dbname=db;password=TAIL', says: /dbname holds another keyword/ },
  { dsn: 'host=h.invalid user=adm,password=TAIL', says: /user holds another keyword/ },
  { dsn: 'postgresql://adm:p@host.invalid/db&password=TAIL', says: /dbname holds another keyword/ },
  { dsn: 'dbname=postgresql://adm:TAIL@host.invalid/db', says: /dbname holds a whole URL/ },
  { dsn: 'host=postgresql://TAIL.invalid/db', says: /host .*holds ":" and is not an IPv6 address/ },
  { dsn: 'host=TAIL.invalid/db user=adm', says: /host .*a character that no host name has/ },
  { dsn: 'host=TAIL.invalid:5433 user=adm', says: /host .*holds ":" and is not an IPv6 address/ },
  // A line break in a name.
  { dsn: 'postgresql://adm%0ATAIL:p@host.invalid/db', says: /user .*holds a line break \(CR or LF\)/ },
  { dsn: 'postgresql://adm:p@host.invalid/db%0D%0ATAIL', says: /dbname .*holds a line break \(CR or LF\)/ },
  { dsn: 'postgresql://adm:p@host.invalid/?dbname=d%0ATAIL', says: /dbname .*holds a line break \(CR or LF\)/ },
  // Words and keywords.
  { dsn: 'host=host.invalid password=p TAIL user=adm', says: noWord },
  { dsn: 'host=host.invalid password=p TAIL=adm', says: /a keyword that libpq does not know at character/ },
  { dsn: "host=host.invalid password='p TAIL", says: /a quote that is never closed/ },
  {
    dsn: 'host=host.invalid sslmod=TAIL',
    says: /the keyword sslmod, which libpq does not know \(did you mean sslmode\?\)/,
  },
  { dsn: 'postgresql://adm:p@host.invalid/db?schema=TAIL', says: /the keyword schema, which libpq does not know/ },
  { dsn: 'host=host.invalid sslmode=TAIL', says: /sslmode .*must be/ },
  { dsn: 'postgresql://adm:p@host.invalid/db?sslmode=require;password=TAIL', says: /a second "="/ },
  { dsn: 'postgresql://adm:p@host.invalid/db?sslmode', says: /a query parameter without "="/ },
];

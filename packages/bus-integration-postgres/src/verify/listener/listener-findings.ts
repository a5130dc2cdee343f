// Every finding of the listener policy, once: its name, and what `verify --explain` says of it. A finding without a text
// does not compile.
const documentation = 'https://www.postgresql.org/docs/current';

export interface Finding {
  /** What it is, in a line. */
  readonly title: string;
  readonly why: string;
  readonly fix: string;
  /** The page of PostgreSQL's documentation. */
  readonly page: string;
}

const findingTable = {
  'listen-addresses': {
    title: 'the server listens on addresses where the policy wants nobody',
    why: "listen_addresses says which of the host's addresses take connections at all: `*`, `0.0.0.0` and `::` mean every one that the host has or will get, a name means whatever the host resolves it to at start. What isn't listened on needs no rule in pg_hba.conf to be safe; what is listened on is one mistaken line away from being open.",
    fix: "Name the addresses that services really dial: ALTER SYSTEM SET listen_addresses = 'localhost, 10.0.3.7'; it takes a restart. Where something in front guards the port (a platform, a container's port map), say so with BUS_DATABASE_LISTENER_POLICY=external.",
    page: `${documentation}/runtime-config-connection.html#GUC-LISTEN-ADDRESSES`,
  },
  'tls-off': {
    title: 'the server speaks no TLS, and is reached over a network',
    why: 'Queries, results and error messages cross the network as they are, for whoever stands on the way to read and to change. SCRAM keeps the password itself from being read; it keeps nothing else, and without TLS a client cannot tell the server from somebody who answers in its place.',
    fix: 'Put a certificate and its key in the data directory, then ALTER SYSTEM SET ssl = on and SELECT pg_reload_conf(): no restart is needed. Then make the rules of the network hostssl and set BUS_DATABASE_SERVICE_SSLMODE=verify-full.',
    page: `${documentation}/ssl-tcp.html`,
  },
  'tls-min-version': {
    title: 'the server accepts TLS older than 1.2',
    why: 'TLS 1.0 and 1.1 were given up by their own makers (RFC 8996): their hashes and ciphers can be attacked, and somebody on the way can make a client that knows better use them.',
    fix: "ALTER SYSTEM SET ssl_min_protocol_version = 'TLSv1.2', then SELECT pg_reload_conf(). Every libpq since 2012 or so speaks 1.2.",
    page: `${documentation}/runtime-config-connection.html#GUC-SSL-MIN-PROTOCOL-VERSION`,
  },
  'tls-certificate': {
    title: "the server's certificate would not convince a careful client",
    why: 'With sslmode=verify-full a client goes on only if a CA it trusts has signed the certificate, the certificate carries the name that was dialled, and today lies within its dates. With weaker modes nothing of it is checked and anybody may stand in for the server; the finding then says what would be in the way of verify-full.',
    fix: "Give the server a certificate for the name in BUS_DATABASE_SERVICE_HOST (or the admin DSN), with the CA's intermediate certificates in the same file, and reload. Give services the CA with BUS_DATABASE_SERVICE_SSLROOTCERT.",
    page: `${documentation}/libpq-ssl.html#LIBPQ-SSL-PROTECTION`,
  },
  trust: {
    title: 'clients are allowed in without any proof of who they are',
    why: 'A trust rule takes the name that the client gives for true: whoever can open a connection that matches it is any role it is for, a superuser too where it says all, and a superuser runs programs on the host. On a socket or on loopback that is every process and user of the host.',
    fix: 'Write scram-sha-256 in the place of trust (on a socket, peer also serves), make sure that the roles have passwords, then SELECT pg_reload_conf().',
    page: `${documentation}/auth-trust.html`,
  },
  'cleartext-password': {
    title: 'the server asks for the password itself',
    why: 'With password, ldap, pam, radius and bsd the client hands its password over as it is. Without TLS everybody on the way reads it; with TLS the server does, its extensions and whoever took its place. Our own clients refuse to send it unless told otherwise.',
    fix: 'Write scram-sha-256 in the place of the method. Where a directory must check passwords, make the rule hostssl and keep service roles out of it with a rule of their own above.',
    page: `${documentation}/auth-password.html`,
  },
  md5: {
    title: 'MD5 passwords are accepted',
    why: 'The hash that the server keeps is all that is needed to log in, no client can tell the server from another one, and a seen login can be tried against guesses by the billion. PostgreSQL 18 warns of them, a later one drops them. A role whose verifier is SCRAM already uses SCRAM under such a rule.',
    fix: 'Write scram-sha-256 in the place of md5 once every role that matches the rule has a SCRAM verifier: set password_encryption, then set their passwords again.',
    page: `${documentation}/auth-password.html`,
  },
  'ident-or-peer-over-tcp': {
    title: "the server asks the client's own host who the client is",
    why: 'ident over TCP sends the question to port 113 of the host that wants in, and believes the answer: who owns that host, or stands between, answers what he likes. It was meant for closed networks of trusted hosts.',
    fix: 'Write scram-sha-256 in the place of ident; peer is for the Unix-domain socket only.',
    page: `${documentation}/auth-ident.html`,
  },
  'too-wide': {
    title: 'a rule allows more than the policy does',
    why: 'The policy says who may reach the server; pg_hba.conf is where the server itself holds to it when a firewall is changed or a port is published by mistake. Every address that the rule takes beyond the policy can try passwords, and match bugs that need no password. Under the policies tls and external the rule is too wide as well when it has others say who a client is (gss, sspi, oauth): they have room for SCRAM and certificates only. Where a user name map (map=) says who comes, it is unknown: pg_ident.conf is not read.',
    fix: 'Put the lines that the finding shows in the place of the rule: the same clients, from the allowed networks. Or declare what is really wanted: BUS_DATABASE_LISTENER_NETWORKS, or the policy tls or external. Where gss, sspi or oauth are meant for people, name those roles in the rule instead of all.',
    page: `${documentation}/auth-pg-hba-conf.html`,
  },
  'shadowed-rule': {
    title: 'a rule that no client ever matches',
    why: "The first rule that fits a client decides, whatever follows. A rule whose clients are all taken by earlier ones says something that isn't so: a reject that rejects nobody, a hostssl that demands nothing.",
    fix: 'Where a weaker rule takes its clients, trust or md5, fix that one and leave this. Else delete it; a reject that was meant to hold goes above the rule that takes its clients. Moving another rule up may let clients in by less than they must show now.',
    page: `${documentation}/auth-pg-hba-conf.html`,
  },
  'rejected-service': {
    title: 'a reject line keeps out services that a later line would let in',
    why: 'The first line that fits a client decides. A reject above the line that is meant for a service ends its logins from those addresses, which a verify from elsewhere does not see. Lines of type hostnossl are left out: they are how TLS is demanded.',
    fix: 'Delete the reject, move it below, or write the role and the addresses into it that it is meant for. Where just these services are to be kept out, leave it.',
    page: `${documentation}/auth-pg-hba-conf.html`,
  },
  'plain-host-beside-hostssl': {
    title: 'a rule takes plain text where TLS is demanded',
    why: 'A host rule fits with and without TLS, so a hostssl rule beside it demands nothing: a client set to sslmode=prefer, which is the default, falls back to plain text when somebody on the way says that there is no TLS.',
    fix: 'Write hostssl in the place of host (or of hostnossl), then SELECT pg_reload_conf().',
    page: `${documentation}/auth-pg-hba-conf.html`,
  },
  'superuser-from-network': {
    title: 'superusers can log in from a network',
    why: 'A superuser reads and writes files and runs programs as the account of the server. Whoever guesses or finds that one password needs nothing else, from anywhere that the rule takes. Administration needs LOGIN, CREATEDB and CREATEROLE, not this.',
    fix: 'Put the reject line that the finding shows above the rule; superusers then use the socket of the host. If the admin DSN itself is such a superuser, make a plain admin first.',
    page: `${documentation}/role-attributes.html`,
  },
  'replication-from-network': {
    title: 'whole copies of the cluster can be drawn from a network',
    why: "A replication connection draws base backups: every database, all roles' verifiers among them, past every privilege. A physical one needs a rule for replication; replication=database is let in by any rule for a database that means a role with REPLICATION, and draws the same copies. It should come from the standbys and the backup host, and from nowhere else.",
    fix: "Name the standbys' addresses and the replication role in the rule, or delete it where nothing replicates.",
    page: `${documentation}/warm-standby.html#STREAMING-REPLICATION-AUTHENTICATION`,
  },
  'password-encryption': {
    title: 'new passwords are stored as MD5 hashes',
    why: 'What this tool sets is stored as SCRAM whatever the setting; a password that anybody else sets, with psql or another tool, becomes a hash that is as good as the password for who reads a backup.',
    fix: "ALTER SYSTEM SET password_encryption = 'scram-sha-256', then SELECT pg_reload_conf(). Passwords that are stored already stay as they are until they are set again.",
    page: `${documentation}/runtime-config-connection.html#GUC-PASSWORD-ENCRYPTION`,
  },
  'weak-verifier': {
    title: 'roles whose stored password is an MD5 hash',
    why: 'Who reads the hash, in a backup say, logs in with it as it is under an md5 rule; under scram-sha-256 such a role cannot log in at all.',
    fix: 'Set the password again with password_encryption at scram-sha-256; for a service role: bus operator database apply --rotate ROLE.',
    page: `${documentation}/auth-password.html`,
  },
  'public-connect': {
    title: 'every role may connect to a database',
    why: "PUBLIC may CONNECT to a new database unless that is taken away. On a server that several deployments share, each one's roles get into the others' databases and see their names, sizes and sessions; what else depends on the grants inside. apply shuts the databases that it makes.",
    fix: 'REVOKE CONNECT ON DATABASE … FROM PUBLIC, after granting it to the roles that need it. For a database of this deployment: bus operator database plan.',
    page: `${documentation}/ddl-priv.html`,
  },
  'public-writable': {
    title: 'every role may create objects in a schema',
    why: 'Who can create functions and tables in a schema that others have on their search_path can have his code run with their rights (CVE-2018-1058). It was the default of the schema public before PostgreSQL 15 and stays so in clusters that were upgraded.',
    fix: 'REVOKE CREATE ON SCHEMA public FROM PUBLIC, as the owner of the schema; before 15 that is a superuser.',
    page: `${documentation}/ddl-schemas.html#DDL-SCHEMAS-PATTERNS`,
  },
  'no-connection-limit': {
    title: 'one service can use up all connections',
    why: 'Without a limit on its role or its databases a service whose pool leaks takes every connection that max_connections leaves, and all others are locked out, administration too but for the reserved ones.',
    fix: 'ALTER ROLE … CONNECTION LIMIT n, a little above what its pools may open together.',
    page: `${documentation}/sql-alterrole.html`,
  },
  'not-loaded': {
    title: 'the server may run with other rules than its files hold',
    why: 'pg_hba.conf and most settings count from the last reload on, some from the last start on. One line that the server cannot read makes a reload keep all old rules, silently but for the log, and makes the next start fail. What was judged here is what the files say.',
    fix: 'Fix broken lines, look at pg_hba_file_rules (its column error), then SELECT pg_reload_conf(); restart for what is pending a restart.',
    page: `${documentation}/view-pg-hba-file-rules.html`,
  },
} as const satisfies Readonly<Record<string, Finding>>;

export type FindingId = keyof typeof findingTable;

export const listenerFindings: Readonly<Record<FindingId, Finding>> = findingTable;

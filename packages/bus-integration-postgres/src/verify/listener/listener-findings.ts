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
    title: 'the server listens on addresses that the policy does not allow',
    why: 'listen_addresses says which addresses of the host accept connections: `*`, `0.0.0.0` and `::` mean every address that the host has or will get; a name means the addresses that it resolves to at start. An address without a listener is safe without any rule in pg_hba.conf. An address with a listener is one wrong line away from being open.',
    fix: "Name the addresses that services really use: ALTER SYSTEM SET listen_addresses = 'localhost, 10.0.3.7'. This needs a restart. If something in front guards the port (a platform, a container's port map), set BUS_DATABASE_LISTENER_POLICY=external.",
    page: `${documentation}/runtime-config-connection.html#GUC-LISTEN-ADDRESSES`,
  },
  'tls-off': {
    title: 'the server has TLS off, and is reached over a network',
    why: 'Anybody on the way can read and change queries, results and error messages. SCRAM only keeps the password from being read. Without TLS a client cannot tell the server from an impostor.',
    fix: 'Put a certificate and its key into the data directory, then ALTER SYSTEM SET ssl = on and SELECT pg_reload_conf(): no restart is needed. Then make the rules for the network hostssl, and set BUS_DATABASE_SERVICE_SSLMODE=verify-full.',
    page: `${documentation}/ssl-tcp.html`,
  },
  'tls-min-version': {
    title: 'the server accepts TLS older than 1.2',
    why: 'TLS 1.0 and 1.1 are deprecated (RFC 8996): their hashes and ciphers can be attacked, and somebody on the way can make a newer client fall back to them.',
    fix: "ALTER SYSTEM SET ssl_min_protocol_version = 'TLSv1.2', then SELECT pg_reload_conf(). Every libpq since about 2012 has TLS 1.2.",
    page: `${documentation}/runtime-config-connection.html#GUC-SSL-MIN-PROTOCOL-VERSION`,
  },
  'tls-certificate': {
    title: "a client with sslmode=verify-full would refuse the server's certificate",
    why: 'With sslmode=verify-full a client goes on only if a CA that it trusts has signed the certificate, the certificate has the name that the client connects to, and it is valid today. Weaker modes do not check all of that, so an impostor is possible; the finding then says what verify-full would refuse.',
    fix: "Give the server a certificate for the name in BUS_DATABASE_SERVICE_HOST (or the admin DSN), with the CA's intermediate certificates in the same file, and reload. Give services the CA with BUS_DATABASE_SERVICE_SSLROOTCERT.",
    page: `${documentation}/libpq-ssl.html#LIBPQ-SSL-PROTECTION`,
  },
  trust: {
    title: 'clients are let in without any proof of who they are',
    why: 'A trust rule believes the name that the client gives: anybody who can open a matching connection can be any role of the rule, also a superuser if it says all, and a superuser can run programs on the host. On a socket or on loopback that means every process and user of the host.',
    fix: 'Write scram-sha-256 in place of trust (on a socket, peer is good too), make sure that the roles have passwords, then SELECT pg_reload_conf().',
    page: `${documentation}/auth-trust.html`,
  },
  'cleartext-password': {
    title: 'the server asks for the password in plaintext',
    why: 'With password, ldap, pam, radius and bsd the client sends the password itself. Without TLS everybody on the way can read it; with TLS the server, its extensions and an impostor can. The commands here refuse to send it unless you allow it.',
    fix: 'Write scram-sha-256 in place of the method. If a directory service must check passwords, make the rule hostssl, and add a rule above it for the service roles.',
    page: `${documentation}/auth-password.html`,
  },
  md5: {
    title: 'MD5 passwords are accepted',
    why: 'The hash on the server is enough to log in, a client cannot tell the server from an impostor, and from a recorded login an attacker can try billions of guesses. PostgreSQL 18 warns about MD5 passwords, and a later version will drop them. A role with a SCRAM verifier already uses SCRAM under such a rule.',
    fix: 'Write scram-sha-256 in place of md5 when every role that matches the rule has a SCRAM verifier: set password_encryption, then set their passwords again.',
    page: `${documentation}/auth-password.html`,
  },
  'ident-or-peer-over-tcp': {
    title: "the server asks the client's host who the client is",
    why: "ident over TCP asks port 113 of the client's host and believes the answer. Whoever owns that host, or is on the way, can answer anything. It was made for closed networks of trusted hosts.",
    fix: 'Write scram-sha-256 in place of ident. peer is only for the Unix-domain socket.',
    page: `${documentation}/auth-ident.html`,
  },
  'too-wide': {
    title: 'a rule allows more than the policy does',
    why: 'The policy says who may reach the server. pg_hba.conf enforces it on the server itself, also if a firewall is changed or a port is published by mistake. From every address that the rule allows beyond the policy, somebody can try passwords, or use a bug that needs no password. Under the policies tls and external a rule is also too wide if others say who the client is (gss, sspi, oauth): these policies allow only SCRAM and certificates. With a user name map (map=) the result is unknown, since pg_ident.conf is not read.',
    fix: 'Replace the rule by the lines in the finding: the same clients, from the allowed networks. Or declare what you really want: BUS_DATABASE_LISTENER_NETWORKS, or the policy tls or external. If gss, sspi or oauth are for people, name those roles in the rule instead of all.',
    page: `${documentation}/auth-pg-hba-conf.html`,
  },
  'shadowed-rule': {
    title: 'no client ever matches a rule',
    why: 'The first rule that matches a client decides; later rules do not count. If earlier rules match all clients of a rule, the rule has no effect: a reject rejects nobody, a hostssl demands nothing.',
    fix: 'If the earlier rule is weaker (trust or md5), fix that one and leave this one. If not, delete this one. A reject that is meant to work must stand above the rule that takes its clients. Moving any other rule up may let clients in with less proof than now.',
    page: `${documentation}/auth-pg-hba-conf.html`,
  },
  'rejected-service': {
    title: 'a reject line keeps out services that a later line would let in',
    why: 'The first line that matches a client decides. A reject above the line for a service refuses its logins from those addresses, which a verify from another address does not see. Lines of type hostnossl are not reported, since they enforce TLS.',
    fix: 'Delete the reject, move it below, or limit it to the role and the addresses that it is meant for. If exactly these services must stay out, leave it.',
    page: `${documentation}/auth-pg-hba-conf.html`,
  },
  'plain-host-beside-hostssl': {
    title: 'a rule accepts plain text although TLS is required',
    why: 'A host rule matches with and without TLS, so a hostssl rule beside it enforces nothing: a client with sslmode=prefer, which is the default, falls back to plain text if somebody on the way says that there is no TLS.',
    fix: 'Write hostssl in place of host (or of hostnossl), then SELECT pg_reload_conf().',
    page: `${documentation}/auth-pg-hba-conf.html`,
  },
  'superuser-from-network': {
    title: 'superusers can log in from a network',
    why: 'A superuser can read and write files and run programs as the operating system user of the server. Whoever guesses or finds that one password needs nothing else, from any address that the rule allows. Administration needs only LOGIN, CREATEDB and CREATEROLE.',
    fix: 'Put the reject line from the finding above the rule; superusers then use the socket of the host. If the role of the admin DSN is a superuser, make a plain admin first.',
    page: `${documentation}/role-attributes.html`,
  },
  'replication-from-network': {
    title: 'the whole cluster can be copied over a network',
    why: 'A replication connection can copy every database with all verifiers, past every privilege. Physical replication needs a rule for replication. With replication=database any rule for a database is enough for a role with REPLICATION, and it can make the same copies. Only the standbys and the backup host need this.',
    fix: 'Name the addresses of the standbys and the replication role in the rule, or delete it if nothing replicates.',
    page: `${documentation}/warm-standby.html#STREAMING-REPLICATION-AUTHENTICATION`,
  },
  'password-encryption': {
    title: 'new passwords are stored as MD5 hashes',
    why: 'Passwords that apply sets are stored as SCRAM verifiers whatever the setting is. A password that somebody sets with psql or another tool becomes an MD5 hash, and whoever reads it in a backup can log in with it.',
    fix: "ALTER SYSTEM SET password_encryption = 'scram-sha-256', then SELECT pg_reload_conf(). Stored passwords stay as they are until they are set again.",
    page: `${documentation}/runtime-config-connection.html#GUC-PASSWORD-ENCRYPTION`,
  },
  'weak-verifier': {
    title: 'the stored password of a role is an MD5 hash',
    why: 'Whoever reads the hash, for example in a backup, can log in with it under an md5 rule. Under scram-sha-256 such a role cannot log in at all.',
    fix: "Set the password again with password_encryption = 'scram-sha-256'. For a service role: bus operator database apply --rotate ROLE.",
    page: `${documentation}/auth-password.html`,
  },
  'public-connect': {
    title: 'every role may connect to a database',
    why: 'PUBLIC may CONNECT to a new database until that is revoked. If several deployments share a server, the roles of each can connect to the databases of the others and see names, sizes and sessions; what else they can do depends on the grants inside. apply revokes it for the databases that it makes.',
    fix: 'REVOKE CONNECT ON DATABASE … FROM PUBLIC, after you have granted it to the roles that need it. For a database of this deployment: bus operator database plan.',
    page: `${documentation}/ddl-priv.html`,
  },
  'public-writable': {
    title: 'every role may create objects in a schema',
    why: "A role that can create functions and tables in a schema on other roles' search_path can make those roles run its code (CVE-2018-1058). This was the default for the schema public before PostgreSQL 15, and stays so in upgraded clusters.",
    fix: 'REVOKE CREATE ON SCHEMA public FROM PUBLIC, as the owner of the schema; before PostgreSQL 15 that is a superuser.',
    page: `${documentation}/ddl-schemas.html#DDL-SCHEMAS-PATTERNS`,
  },
  'no-connection-limit': {
    title: 'one service can use up all connections',
    why: 'If neither the role nor its databases have a limit, a service with a leaking pool takes every connection of max_connections and locks out all others, also administrators (except for the reserved connections).',
    fix: 'ALTER ROLE … CONNECTION LIMIT n, a little more than its pools can open together.',
    page: `${documentation}/sql-alterrole.html`,
  },
  'not-loaded': {
    title: 'the rules that the server uses may differ from its files',
    why: 'Changes in pg_hba.conf and most settings take effect at a reload, some at a restart. If the server cannot read a line, a reload keeps all old rules with only a line in the log, and the next start fails. verify checked what the files say.',
    fix: 'Fix broken lines (see the column error of pg_hba_file_rules), then SELECT pg_reload_conf(). Restart if a change needs it.',
    page: `${documentation}/view-pg-hba-file-rules.html`,
  },
} as const satisfies Readonly<Record<string, Finding>>;

export type FindingId = keyof typeof findingTable;

export const listenerFindings: Readonly<Record<FindingId, Finding>> = findingTable;

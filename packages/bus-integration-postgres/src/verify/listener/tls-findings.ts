// Whether what crosses the network is encrypted as the policy asks, and by what certificate. Pure.
import type { Check, Remedy } from 'bus-integration-database';
import type { Presented } from '../../connection/tls/server-certificate.ts';
import { anyDatabase, reload, runs, superuser } from '../../text/psql-remedy.ts';
import { identifier } from '../../text/sql-text.ts';
import { found, inOrder, type Severity } from './listener-check.ts';
import type { ListenerFacts } from './listener-facts.ts';
import type { Policy } from './policy/policy.ts';
import { listeningOf } from './sockets.ts';

export interface EncryptionOptions {
  readonly facts: ListenerFacts;
  readonly policy: Policy;
  readonly admin: string;
  /** What services connect with. */
  readonly sslmode: string;
  /** Undefined where no handshake was worth it: no TCP, or no TLS. */
  readonly presented: Presented | undefined;
  readonly now: Date;
}

/** Findings about TLS; an `ok` when there are none. */
export function judgeEncryption(options: EncryptionOptions): Check[] {
  const { facts, policy } = options;
  if (listeningOf(facts)?.isOpen === false) {
    return [{ id: 'encryption', kind: 'listener-policy', result: 'ok', seen: 'data does not cross a network' }];
  }
  const { ssl, ssl_min_protocol_version: oldest } = facts.settings;
  const problems = [
    ...(ssl === 'off' ? [tlsOff(policy, facts)] : []),
    ...(ssl === undefined ? [found('tls-off', 'unknown', "the setting ssl can't be read")] : []),
    ...(ssl === 'on' ? [...notOffered(options), ...minVersion(options), ...certificate(options)] : []),
  ];
  if (ssl !== 'on') return problems;
  return [
    ...problems,
    ...inOrder('encryption', problems, `TLS is offered${oldest === undefined ? '' : `, ${oldest} or newer`}`),
  ];
}

function tlsOff(policy: Policy, { versionNum }: ListenerFacts): Check {
  const page = versionNum < 150000 ? '14' : String(Math.floor(versionNum / 10000));
  return found('tls-off', severityOf(policy), 'ssl = off', {
    why: 'passwords are safe on the network (SCRAM), data is not: it crosses in plain text',
    remedy: [
      'put server.crt and server.key in the data directory, then ',
      runs(superuser, anyDatabase, 'ALTER SYSTEM SET ssl = on; SELECT pg_reload_conf();'),
      `\nhow: https://www.postgresql.org/docs/${page}/ssl-tcp.html`,
    ],
  });
}

// Whoever may not be reached from elsewhere is told so by other findings.
function severityOf({ name, plainText }: Policy): Severity {
  return name === 'loopback' ? 'info' : plainText;
}

function notOffered({ presented, policy }: EncryptionOptions): Check[] {
  if (presented?.state !== 'no-tls') return [];
  return [
    found('tls-off', severityOf(policy), `ssl = on, but ${presented.where} answers that it has no TLS`, {
      why: 'its certificate is not loaded, or something in between speaks no TLS: data crosses in plain text',
      remedy: "look into the server's log at its last start or reload, and at what else answers at that address",
    }),
  ];
}

function minVersion({ facts, policy, admin }: EncryptionOptions): Check[] {
  const { ssl_min_protocol_version: version } = facts.settings;
  if (version === undefined) {
    const result = policy.name === 'external' ? 'info' : 'unknown';
    const remedy = runs(superuser, anyDatabase, `GRANT pg_read_all_settings TO ${identifier(admin)};`);
    return [found('tls-min-version', result, "ssl_min_protocol_version can't be read", { remedy })];
  }
  if (version === 'TLSv1.2' || version === 'TLSv1.3') return [];
  const seen = `ssl_min_protocol_version = ${version === '' ? "''" : version}`;
  return [
    found('tls-min-version', policy.name === 'tls' ? 'fail' : 'warn', seen, {
      why: 'somebody on the way can make clients use a TLS that can be broken',
      remedy: runs(
        superuser,
        anyDatabase,
        "ALTER SYSTEM SET ssl_min_protocol_version = 'TLSv1.2'; SELECT pg_reload_conf();",
      ),
    }),
  ];
}

const soonMs = 21 * 24 * 3600 * 1000;

function certificate({ presented, sslmode, now, policy }: EncryptionOptions): Check[] {
  if (presented === undefined || presented.state === 'no-tls') return [];
  if (presented.state === 'unknown') {
    return [found('tls-certificate', policy.name === 'external' ? 'info' : 'unknown', presented.reason)];
  }
  const isFull = sslmode === 'verify-full';
  const isChained = isFull || sslmode === 'verify-ca';
  const { validFrom, validTo, host, names, isForHost, chainFault, rootFault } = presented;
  const until = validTo.toISOString().slice(0, 10);
  const renew: Remedy = ['give the server a new certificate, then ', reload()];
  const isExpired = validTo < now;
  const isSoon = !isExpired && validTo.getTime() - now.getTime() < soonMs;
  const checked = `services check it (sslmode=${sslmode})`;
  const unchecked = `services don't check it (sslmode=${sslmode}); with verify-full they would refuse it`;
  const faults: (readonly [boolean, string, Remedy, boolean])[] = [
    [isExpired, `it expired on ${until}`, renew, isChained],
    [validFrom > now, `it is valid from ${validFrom.toISOString().slice(0, 10)} on only`, renew, isChained],
    [
      !isForHost,
      `it is for ${names}, services dial ${host}`,
      `give the server a certificate for ${host}, or set BUS_DATABASE_SERVICE_HOST to a name it is for`,
      isFull,
    ],
    [
      chainFault !== undefined,
      `no CA that services trust has signed it (${chainFault})`,
      'set BUS_DATABASE_SERVICE_SSLROOTCERT to the CA that signed it',
      isChained,
    ],
  ];
  return [
    ...faults
      .filter(([isThere]) => isThere)
      .map(([, seen, remedy, isDemanded]) =>
        found('tls-certificate', isDemanded ? 'fail' : policy.name === 'tls' ? 'warn' : 'info', seen, {
          why: isDemanded ? checked : unchecked,
          remedy,
        }),
      ),
    ...(isSoon
      ? [
          found('tls-certificate', 'warn', `it expires on ${until}`, {
            why: isChained ? checked : unchecked,
            remedy: renew,
          }),
        ]
      : []),
    ...(rootFault === undefined ? [] : [found('tls-certificate', 'unknown', rootFault)]),
  ];
}

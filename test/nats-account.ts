// Accounts of a NATS server that knows nobody by name: an operator who signed an account, which signed its user.
// https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt
import { createHash } from 'node:crypto';
import { nkeys } from '@nats-io/transport-node';

type KeyPair = ReturnType<typeof nkeys.createUser>;

export interface NatsAccounts {
  /** Lines of nats-server's configuration. */
  readonly configuration: string;
  /** The content of the user's credentials file. */
  readonly credentials: string;
  /** The same of a user that no account of this server signed. */
  readonly strangersCredentials: string;
}

export function createNatsAccounts(): NatsAccounts {
  const operator = nkeys.createOperator();
  const [account, system, strangers] = [nkeys.createAccount(), nkeys.createAccount(), nkeys.createAccount()];
  const everything = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, conn: -1, leaf: -1, wildcards: true };
  const stores = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const signed = (pair: KeyPair, limits: object) =>
    `${pair.getPublicKey()}: ${token(operator, pair, { type: 'account', limits })}`;
  const preloaded = [signed(account, { ...everything, ...stores }), signed(system, everything)];
  return {
    configuration: [
      `operator: ${token(operator, operator, { type: 'operator' })}`,
      `system_account: ${system.getPublicKey()}`,
      'resolver: MEMORY',
      `resolver_preload: {\n${preloaded.join('\n')}\n}`,
    ].join('\n'),
    credentials: credentialsOf(account),
    strangersCredentials: credentialsOf(strangers),
  };
}

function credentialsOf(account: KeyPair): string {
  const user = nkeys.createUser();
  const login = token(account, user, { type: 'user', subs: -1, data: -1, payload: -1 });
  const seed = new TextDecoder().decode(user.getSeed());
  return [
    `-----BEGIN NATS USER JWT-----\n${login}\n------END NATS USER JWT------\n`,
    `-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
  ].join('\n');
}

function token(issuer: KeyPair, subject: KeyPair, nats: object): string {
  const claims = {
    iat: Math.floor(Date.now() / 1_000),
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name: 'test',
    nats: { ...nats, version: 2 },
  };
  const jti = createHash('sha256').update(JSON.stringify(claims)).digest('hex');
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ typ: 'JWT', alg: 'ed25519-nkey' })}.${part({ jti, ...claims })}`;
  return `${text}.${Buffer.from(issuer.sign(new TextEncoder().encode(text))).toString('base64url')}`;
}

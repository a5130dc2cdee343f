// What bus-api-provider-database says of itself.
import { type CommandHelp, type ConfigurationKey, commonFlags, configurationKeys } from 'bus-integration-database/help';
import { defaultAddress } from './arguments.ts';

const ownKeys: readonly ConfigurationKey[] = [
  { name: 'BUS_DATABASE_API_TOKEN_FILE', meaning: 'the token that allows everything, in a file of mode 0600' },
  { name: 'BUS_API_JWT_SECRET', isSecret: true, meaning: 'what JWTs are signed with; base64:… is decoded' },
  { name: 'BUS_API_JWT_SECRET_FILE', meaning: 'the same in a file of mode 0600' },
  { name: 'BUS_API_JWKS_URL', meaning: 'the JWKS whose keys JWTs are signed with (https, or loopback)' },
  {
    name: 'BUS_DATABASE_API_IDLE_CONNECTIONS',
    default: '64',
    meaning: 'idle connections from one address; 0: up to 512, as in all',
  },
];

/** The help, with the configuration keys of the providers. */
export function createHelp(providerKeys: readonly ConfigurationKey[]): CommandHelp {
  return {
    name: 'bus-api-provider-database',
    text: 'the internal HTTP surface of bus operator database',
    usage: ['bus-api-provider-database [flags] [--addr HOST:PORT] [--env-file FILE | --deployments DIR]'],
    groups: [
      {
        title: 'flags of its own:',
        flags: [
          {
            name: 'addr',
            value: 'HOST:PORT',
            text: `where to listen (default ${defaultAddress}; port 0: any free one); one that others reach needs authentication`,
          },
          { name: 'env-file', value: 'FILE', text: 'its values win over the environment' },
          {
            name: 'deployments',
            value: 'DIR',
            text: "serve the deployment of each *.env file in DIR, instead of the environment's",
          },
        ],
      },
      { title: 'flags:', flags: commonFlags },
    ],
    notes: [
      ['The result is where it listens.'],
      [
        'routes: GET /healthz, /readyz; under /api/internal/database: GET capabilities, plan, status, doctor, openapi.json,',
        'metrics; POST plan, apply, verify; GET and DELETE jobs/ID, GET jobs/ID/events',
      ],
      [
        'authentication: BUS_DATABASE_API_TOKEN_FILE, or a JWT by BUS_API_JWT_SECRET, BUS_API_JWT_SECRET_FILE or',
        'BUS_API_JWKS_URL; without one only this machine is served, and only GET',
      ],
      [
        'connections: BUS_DATABASE_API_IDLE_CONNECTIONS idle ones from one address (default 64; 0: up to 512, as in all)',
      ],
      ['log: one JSON document a line on stderr'],
    ],
    exits: [
      ['0', 'ended by SIGTERM or SIGINT'],
      ['1', 'could not listen, or use the directory of -C or the file of -o'],
      ['2', 'wrong usage or configuration'],
    ],
    keys: [...configurationKeys(providerKeys), ...ownKeys],
  };
}

// What bus-api-provider-database says of itself.
import { type CommandHelp, type ConfigurationKey, commonFlags, configurationKeys } from 'bus-integration-database/help';
import { defaultAddress } from './arguments.ts';

const ownKeys: readonly ConfigurationKey[] = [
  { name: 'BUS_DATABASE_API_TOKEN_FILE', meaning: 'the token that allows everything, in a file of mode 0600' },
  { name: 'BUS_API_JWT_SECRET', isSecret: true, meaning: 'the secret that JWTs are signed with; base64:… is decoded' },
  { name: 'BUS_API_JWT_SECRET_FILE', meaning: 'the same secret in a file of mode 0600' },
  { name: 'BUS_API_JWKS_URL', meaning: 'the JWKS whose keys JWTs are signed with (https, or loopback)' },
  {
    name: 'BUS_DATABASE_API_IDLE_CONNECTIONS',
    default: '64',
    meaning: 'most idle connections from one address; 0: no limit but the 512 for all addresses',
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
        title: 'own flags:',
        flags: [
          {
            name: 'addr',
            value: 'HOST:PORT',
            text: `where to listen (default ${defaultAddress}; port 0: any free port); an address that other machines reach needs authentication`,
          },
          { name: 'env-file', value: 'FILE', text: 'its values win over the environment' },
          {
            name: 'deployments',
            value: 'DIR',
            text: 'serve the deployment of each *.env file in DIR, instead of the one in the environment',
          },
        ],
      },
      { title: 'flags:', flags: commonFlags },
    ],
    notes: [
      ['The result on stdout is the address that it listens on.'],
      [
        'routes: GET /healthz, /readyz; under /api/internal/database: GET capabilities, plan, status, doctor, openapi.json,',
        'metrics; POST plan, apply, verify; GET and DELETE jobs/ID, GET jobs/ID/events',
      ],
      [
        'authentication: BUS_DATABASE_API_TOKEN_FILE, or a JWT by BUS_API_JWT_SECRET, BUS_API_JWT_SECRET_FILE or',
        'BUS_API_JWKS_URL; without any of them only this machine is served, and only GET',
      ],
      [
        'connections: at most BUS_DATABASE_API_IDLE_CONNECTIONS idle ones from one address (default 64; 0: no limit but',
        'the 512 for all addresses)',
      ],
      ['log: JSON lines on stderr'],
    ],
    exits: [
      ['0', 'ended by SIGTERM or SIGINT'],
      ['1', 'could not listen, or use the directory of -C or the file of -o'],
      ['2', 'wrong usage or configuration'],
    ],
    keys: [...configurationKeys(providerKeys), ...ownKeys],
  };
}

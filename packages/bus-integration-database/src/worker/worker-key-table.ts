// The keys of a worker, once: what is known, and what help and OpenCLI documents say of it.
import type { ConfigurationKey } from '../config/config-keys.ts';

export const workerKeys: readonly ConfigurationKey[] = [
  {
    name: 'BUS_EVENTS_API_URL',
    meaning: 'the address of the events API: its base, or one that ends in /api/v1/events',
  },
  { name: 'BUS_EVENTS_TOKEN_FILE', meaning: 'its bearer token in a file of mode 0600' },
  { name: 'BUS_API_TOKEN', isSecret: true, meaning: 'the bearer token itself, without a token file' },
  {
    name: 'BUS_EVENTS_GROUP',
    default: 'bus-database-<deployment id>',
    meaning: 'the group whose workers share requests',
  },
  { name: 'BUS_EVENTS_CONSUMER', meaning: 'the name of this worker in the group' },
  {
    name: 'BUS_EVENTS_LISTENER_RETRY',
    default: 'true',
    meaning: 'how long failures may follow one another before the worker ends: a duration, 1, true, 0 or false',
  },
  { name: 'BUS_EVENTS_LISTENER_RETRY_MIN', default: '500ms', meaning: 'the first wait between two tries' },
  { name: 'BUS_EVENTS_LISTENER_RETRY_MAX', default: '30s', meaning: 'the longest wait between two tries' },
  { name: 'BUS_EVENTS_LISTENER_REPLAY', default: 'false', meaning: 'true: ask for earlier events too' },
  { name: 'BUS_EVENTS_LISTENER_REQUIRED', meaning: 'accepted, and changes nothing here' },
  { name: 'BUS_EVENTS_LISTENER_TOKEN_REFRESH', meaning: 'accepted, and changes nothing here' },
  { name: 'BUS_EVENTS_MAX_AGE', default: '15m', meaning: 'older requests are not run' },
  { name: 'BUS_NATS_URL', isSecret: true, meaning: 'list of nats:// or tls:// addresses; one may hold a login' },
  { name: 'BUS_NATS_CREDS_FILE', meaning: 'NATS credentials in a file of mode 0600' },
  { name: 'BUS_NATS_STREAM', meaning: 'the stream to create if no stream takes the events' },
  {
    name: 'BUS_NATS_ACK_WAIT',
    default: '30s',
    meaning: 'how long a worker may be silent before another one takes its request over',
  },
];

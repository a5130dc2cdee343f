// What answers say of a PostgreSQL server beyond the contract.
import type { Fact, ProviderFacts } from 'bus-integration-database';

const systemIdentifier: Fact = {
  type: 'text',
  isOptional: true,
  meaning: "The cluster's own number, where the admin may read it.",
};

export const postgresFacts: ProviderFacts = {
  target: { system_identifier: systemIdentifier },
  steps: {
    'discover-provider': { system_identifier: systemIdentifier },
    'create-database': {
      owner: { type: 'text', meaning: 'The role that owns it.' },
      encoding: { type: 'text', meaning: 'How it keeps text.' },
    },
  },
};

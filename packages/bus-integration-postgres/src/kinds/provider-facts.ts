// What answers say of a PostgreSQL server beyond the contract: what tells it from others, and the kinds' own actions.
import type { Fact, ProviderFacts } from 'bus-integration-database';
import { registeredActions } from './index.ts';

const systemIdentifier: Fact = {
  type: 'text',
  isOptional: true,
  meaning: "The cluster's own number, where the admin may read it.",
};

export const postgresFacts: ProviderFacts = {
  target: { system_identifier: systemIdentifier },
  found: { system_identifier: systemIdentifier },
  actions: registeredActions,
};

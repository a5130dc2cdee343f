// Shapes that clients of the public contract send, in our own words; read where the examples beside the checkout are not.
export const examples = {
  envelope_published: {
    name: 'bus.database.plan.request',
    correlation_id: 'first-plan',
    delivery: 'broadcast',
    payload: { deployment_id: 'shop-test', provider: 'postgres', dry_run: true, databases: ['orders'] },
  },
  envelope_of_the_events_api: { name: 'bus.ping', correlationId: 'ping-1', payload: { ok: true } },
  plan_or_dry_run_apply: {
    deployment_id: 'shop-test',
    provider: 'postgres',
    dry_run: true,
    confirm: false,
    credentials: { admin_dsn_file: './local/admin' },
    databases: ['orders', 'stock'],
    roles: ['shop'],
    schemas: ['public'],
  },
  apply: {
    deployment_id: 'shop-test',
    provider: 'postgres',
    dry_run: false,
    confirm: true,
    credentials: { admin_dsn_file: './local/admin' },
    databases: ['orders', 'stock'],
    roles: ['shop'],
    schemas: ['public'],
  },
  status: { deployment_id: 'shop-test', provider: 'postgres' },
  verify: { deployment_id: 'shop-test', provider: 'postgres', checks: ['connectivity', 'listener-policy'] },
  response_minimum: {
    ok: true,
    deployment_id: 'shop-test',
    provider: 'postgres',
    actions: ['discover-provider', 'compute-database-plan'],
    diagnostics: [],
  },
};

// What the server counts of itself, in Prometheus' text form. A registry of its own; no name of a role or database in it.
import { isMutating, type Response, type Verb } from 'bus-integration-database';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly contentType: string;
  request(method: string, route: string, status: number, seconds: number): void;
  /** Counts what a provider answered; `isOwn` where no asker chose less or else: only that is a last plan or verify. */
  response(verb: Verb, response: Response, isOwn: boolean): void;
  text(): Promise<string>;
}

/**
 * Metrics that nothing was counted in yet.
 *
 * @example
 * const metrics = createMetrics({ runningJobs: () => jobs.running });
 */
export function createMetrics({ runningJobs }: { runningJobs: () => number }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'bus_database_api_requests_total',
    help: 'Requests answered.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const latency = new Histogram({
    name: 'bus_database_api_request_seconds',
    help: 'Time from a request to its answer.',
    labelNames: ['method', 'route'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const answers = new Counter({
    name: 'bus_database_responses_total',
    help: "Answers of the provider, by error class; 'none' where there is none.",
    labelNames: ['deployment_id', 'verb', 'ok', 'error_class'],
    registers,
  });
  const applied = new Counter({
    name: 'bus_database_steps_applied_total',
    help: 'Steps that applies carried out.',
    labelNames: ['deployment_id', 'action'],
    registers,
  });
  new Gauge({
    name: 'bus_database_jobs_running',
    help: 'Applies in flight.',
    registers,
    collect() {
      this.set(runningJobs());
    },
  });
  const last = (name: string, help: string) =>
    new Gauge({ name: `bus_database_last_${name}`, help, labelNames: ['deployment_id'], registers });
  const gauges = {
    plan: last('plan_ok', '1 when the last plan of what is configured could be made and holds no refusal, else 0.'),
    planSteps: last('plan_steps', 'Changes that the last plan of what is configured holds; 0 when all is so.'),
    planTime: last('plan_timestamp_seconds', 'When the last plan of what is configured was made.'),
    verify: last('verify_ok', '1 when the last verify of everything met no failed check, else 0.'),
    verifyComplete: last(
      'verify_complete',
      '1 when the last verify of everything could see all it looked for, else 0.',
    ),
    verifyTime: last('verify_timestamp_seconds', 'When verify last looked at everything.'),
  };

  return {
    contentType: registry.contentType,
    request: (method, route, status, seconds) => {
      requests.inc({ method, route, status });
      latency.observe({ method, route }, seconds);
    },
    response: (verb, response, isOwn) => {
      const deployment = { deployment_id: response.deployment_id };
      answers.inc({
        ...deployment,
        verb,
        ok: String(response.ok),
        error_class: response.error_class ?? 'none',
      });
      const now = Date.now() / 1000;
      if (verb === 'apply') {
        for (const step of response.steps)
          if (isMutating(step) && step.state === 'applied') applied.inc({ ...deployment, action: step.action });
      }
      if (verb === 'plan' && isOwn) {
        gauges.plan.set(deployment, response.ok ? 1 : 0);
        gauges.planSteps.set(deployment, response.steps.filter(isMutating).length);
        gauges.planTime.set(deployment, now);
      }
      if (verb === 'verify' && isOwn) {
        gauges.verify.set(deployment, response.ok ? 1 : 0);
        gauges.verifyComplete.set(deployment, response.complete === false ? 0 : 1);
        gauges.verifyTime.set(deployment, now);
      }
    },
    text: () => registry.metrics(),
  };
}

// What is provisioned in each workload, and how fast it has to go. Plain data.

export interface Workload {
  readonly name: 'S' | 'M' | 'L';
  readonly databases: readonly string[];
  readonly schemas: readonly string[];
  readonly role: string;
  /** How often everything is measured unless told otherwise. */
  readonly rounds: number;
  readonly goals: Goals;
}

/** The most that may be measured. */
interface Goals {
  /** First apply, as a multiple of psql's with two clients. */
  readonly apply: number;
  /** Plan on a converged server, as a multiple of the fastest psql that reads the same. */
  readonly plan: number;
  readonly peakMegabytes?: number;
}

export const deploymentId = 'bench';

export const workloads: readonly Workload[] = [
  workload('S', 4, ['public'], 7, { apply: 1.4, plan: 2, peakMegabytes: 60 }),
  workload('M', 100, ['app', 'audit', 'queue'], 3, { apply: 1.05, plan: 1.05 }),
  workload('L', 1000, ['public'], 2, { apply: 1.15, plan: 1.15, peakMegabytes: 100 }),
];

function workload(
  name: Workload['name'],
  count: number,
  schemas: readonly string[],
  rounds: number,
  goals: Goals,
): Workload {
  const digits = String(count - 1).length;
  const databases = Array.from({ length: count }, (_, index) => `shop_${String(index).padStart(digits, '0')}`);
  return { name, databases, schemas, role: 'shop_service', rounds, goals };
}

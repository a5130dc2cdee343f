// Tries many points of one scenario, a few at once, and says how many of how many there were.
import type { Extent } from './sample.ts';
import { sampleOf } from './sample.ts';

/** What came of one point. */
export interface Trial {
  /** The point in words. */
  readonly what: string;
  /** False where the run ended before it came to the point. */
  readonly isHurt: boolean;
  readonly problems: readonly string[];
}

export interface Sweep<P> {
  readonly title: string;
  /** Every point that there is. */
  readonly points: readonly P[];
  /** How many of them a sample takes. */
  readonly sampleSize: number;
  readonly extent: Extent;
  /** How many at once; each lane tries its points one after the other. */
  readonly lanes: number;
  /** Tries a point in a lane; called again, with a higher attempt, when the run did not come to it. */
  readonly tryPoint: (point: P, lane: number, attempt: number) => Promise<Trial>;
}

export interface Outcome {
  readonly tried: number;
  readonly hurt: number;
  /** One text for each point that failed. */
  readonly failures: readonly string[];
}

/** Parallel work takes another course each time, and a slow machine may end a run before its point. */
const attempts = 3;

/** Runs the sweep and prints its figures. */
export async function sweep<P>(desired: Sweep<P>): Promise<Outcome> {
  const { title, points, sampleSize, extent, lanes, tryPoint } = desired;
  const chosen = sampleOf(points, sampleSize, extent, title);
  const failures: string[] = [];
  let hurt = 0;
  const startedAt = performance.now();
  const waiting = chosen.values();
  await Promise.all(
    Array.from({ length: Math.min(lanes, chosen.length) }, async (_, lane) => {
      for (const point of waiting) {
        for (let attempt = 1; attempt <= attempts; attempt += 1) {
          const { what, isHurt, problems } = await tryPoint(point, lane, attempt);
          hurt += isHurt ? 1 : 0;
          if (problems.length > 0) failures.push(`${title}: ${what}:\n  ${problems.join('\n  ')}`);
          if (isHurt || problems.length > 0) break;
        }
      }
    }),
  );
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  const missed = chosen.length - hurt;
  console.log(
    `${title}: ${chosen.length} of ${points.length} points, ${failures.length} failed` +
      `${missed > 0 ? `, ${missed} never come to` : ''} (${seconds} s, CRASH_SEED=${extent.seed})`,
  );
  return { tried: chosen.length, hurt, failures };
}

// Numbers as people read them: sizes, times, counts, lists of names. Pure.

/** `9.1 MB`: bytes in powers of 1000, as file managers and cloud bills have them. */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `45 ms`, `0.2 s`, `2 min 5 s`. */
export function timeText(elapsedMs: number): string {
  if (elapsedMs < 99.5) return `${Math.round(elapsedMs)} ms`;
  if (elapsedMs < 59_950) return `${(elapsedMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(elapsedMs / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * Names in one line without leaving one out: three or more that only count up become a range.
 *
 * @example
 * nameList(['bus_01', 'bus_02', 'bus_03', 'reporting']); // 'bus_01 to bus_03, reporting'
 */
export function nameList(names: readonly string[]): string {
  const parts: string[] = [];
  for (let start = 0; start < names.length; ) {
    let end = start;
    while (follows(names[end] ?? '', names[end + 1])) end += 1;
    const run = names.slice(start, end + 1);
    parts.push(...(run.length >= 3 ? [`${run[0]} to ${run.at(-1)}`] : run));
    start = end + 1;
  }
  return parts.join(', ');
}

/** Whether a name is the one before it with its final number, of equal width or without leading zeros, one higher. */
function follows(name: string, next: string | undefined): boolean {
  const digits = /\d{1,15}$/.exec(name)?.[0];
  if (digits === undefined || next === undefined) return false;
  const successor = String(Number(digits) + 1).padStart(digits.length, '0');
  return next === name.slice(0, -digits.length) + successor;
}

// A list of names as people read it. Pure.

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

// Times of day, with their zone: what VALID UNTIL takes without asking which zone the server is in. Pure.

/** Why a text is no moment, as the end of a sentence that begins with it. */
export function momentFault(text: string): string | undefined {
  if (text === 'infinity') return undefined;
  const match =
    /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,6})?)?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(text);
  const expected = 'expected one like 2027-01-31T18:00:00Z or 2027-01-31T18:00:00+02:00, or infinity';
  if (match === null) return `is not a time, ${expected}`;
  const [, year, month, day, hour, minute, second = '0', zone] = match;
  if (hour === undefined) return `is a day without a time, ${expected}`;
  if (zone === undefined) return `has no time zone, ${expected}`;
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const isDay = mo >= 1 && mo <= 12 && d >= 1 && d <= new Date(Date.UTC(y, mo, 0)).getUTCDate();
  return isDay && h < 24 && mi < 60 && s < 60 ? undefined : 'is not a time that any calendar has';
}

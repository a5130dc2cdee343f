// Moments as servers and people write them, in one form: two are the same where their forms are. Pure.

/**
 * UTC, to the microsecond, without zeros at its end; words such as `infinity` are left as they are.
 *
 * @example
 * normalInstant('2027-01-31T18:00:00+02:00'); // '2027-01-31T16:00:00Z'
 */
export function normalInstant(text: string): string {
  const match = /^(\d{4,})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?\s?(Z|[+-]\d\d(?::?\d\d)?)$/.exec(
    text,
  );
  if (match === null) return text;
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone = 'Z'] = match;
  const moment = new Date(0);
  moment.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  moment.setUTCHours(Number(hour), Number(minute) - offsetMinutes(zone), Number(second));
  const rest = fraction.replace(/0+$/, '');
  return moment.toISOString().replace('.000Z', rest === '' ? 'Z' : `.${rest}Z`);
}

function offsetMinutes(zone: string): number {
  if (zone === 'Z') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0));
}

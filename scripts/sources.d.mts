/** Paths of sources by what they are imported as. */
export const sources: Readonly<Record<string, string>>;

// The shapes of advice, checked in answers; what makes and renders advice needs none of them.
import * as z from 'zod/mini';
import { list, may, shape } from './shape.ts';

const pathKeys = { path: z.string(), key: may(z.string()) };

/** A path as the answer's maker reaches it; with `key`, what follows the path that this configuration key holds. */
export const pathSchema = shape(pathKeys);

/** The words of a text, and the paths between them. */
export const partsSchema = list(z.union([z.string(), pathSchema]));

const placeKeys = { directory: may(z.string()), where: may(z.string()) };

export const adviceSchema = z.discriminatedUnion('kind', [
  shape({ kind: z.literal('text'), text: z.string() }),
  shape({
    kind: z.literal('command'),
    argv: partsSchema,
    flags: may(list(z.string())),
    ...placeKeys,
  }),
  shape({ kind: z.literal('sql'), sql: z.string(), as: z.string(), where: z.string(), database: may(z.string()) }),
  shape({
    kind: z.literal('edit'),
    change: z.enum(['create', 'append', 'replace', 'insert', 'delete']),
    file: pathSchema,
    line: may(z.number().check(z.int(), z.gte(0))),
    text: list(z.string()),
    ...placeKeys,
  }),
  shape({ kind: z.literal('path'), ...pathKeys }),
  shape({ kind: z.literal('again') }),
]);

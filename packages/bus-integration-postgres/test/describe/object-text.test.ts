import { expect, it } from 'vitest';
import { objectText, routineText, schemaText } from '../../src/describe/object-text.ts';
import { parseObjectName } from '../../src/manifest/shapes/object-names.ts';

it.each(['app', 'My "Schema"', 'a.b', 'no', 'tables', 'x(y)', 'a,b', '"', 'ünï'])(
  '%s is read as it was written',
  (name) => {
    expect(parseObjectName(objectText('s', name))).toEqual({ schema: 's', name });
    expect(parseObjectName(objectText(name, 't'))).toEqual({ schema: name, name: 't' });
    expect(parseObjectName(schemaText(name))).toEqual({ name });
    expect(parseObjectName(routineText(name, 'f', ['integer', 'text[]']) ?? '')).toEqual({
      schema: name,
      name: 'f',
      arguments: ['integer', 'text[]'],
    });
  },
);

it('a schema that is called like a word for all of a kind is quoted', () => {
  expect(['tables', 'database', 'app'].map(schemaText)).toEqual(['"tables"', '"database"', 'app']);
});

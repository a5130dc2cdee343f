// A manifest as YAML.
import { Document, isScalar, visit } from 'yaml';

/** The text; ends with a line break. Lists of single values stand in one line. */
export function manifestText(file: object): string {
  // Quotes what older readers of YAML take for something else.
  const document = new Document(file, {
    version: '1.2',
    schema: 'core',
    compat: 'yaml-1.1',
    aliasDuplicateObjects: false,
  });
  visit(document, {
    Seq: (_, list) => {
      if (list.items.every(isScalar)) list.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

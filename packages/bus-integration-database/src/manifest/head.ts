// What every manifest begins with, whatever the provider.
import { deploymentIdPattern, isDeploymentId } from '../model/deployment-id.ts';
import { exactly, text } from './shapes/single-shapes.ts';

export const manifestHead = {
  $schema: {
    shape: text({ expected: 'the address of the schema' }),
    text: 'The address of the schema, for editors of JSON files. It has no effect.',
  },
  version: { shape: exactly(1), text: 'The version of the format of this file; 1 is the only one.', isRequired: true },
  deployment: {
    shape: text({
      expected: 'the id of the deployment',
      fault: (id) =>
        isDeploymentId(id)
          ? undefined
          : 'is not an id, expected 1 to 63 letters, digits, dots, _ and -, a letter or digit first',
      schema: { pattern: deploymentIdPattern.source },
    }),
    text: 'The id of the deployment. Everything that apply creates is marked with it (bus-deployment=<id> in its comment).',
    isRequired: true,
  },
} as const;

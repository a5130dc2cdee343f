// What every manifest begins with, whatever the provider.
import { deploymentIdPattern, isDeploymentId } from '../model/deployment-id.ts';
import { exactly, text } from './shapes/single-shapes.ts';

export const manifestHead = {
  $schema: { shape: text({ expected: 'the address of the schema' }), text: 'For editors of JSON; means nothing here.' },
  version: { shape: exactly(1), text: 'The version of this format: 1.', isRequired: true },
  deployment: {
    shape: text({
      expected: 'the id of the deployment',
      fault: (id) =>
        isDeploymentId(id)
          ? undefined
          : 'is no id, expected 1 to 63 letters, digits, dots, _ and -, a letter or digit first',
      schema: { pattern: deploymentIdPattern.source },
    }),
    text: 'The deployment; what is created carries its mark.',
    isRequired: true,
  },
} as const;

// What a deployment may be called. Pure.

/** A letter or digit, then letters, digits, dots, `_` and `-`: 63 characters at most. */
export const deploymentIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

export function isDeploymentId(text: string): boolean {
  return deploymentIdPattern.test(text);
}

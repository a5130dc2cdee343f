// The version of this package; a test holds it to package.json, so that nothing is read from disk to print it.
export const version = '0.1.0';

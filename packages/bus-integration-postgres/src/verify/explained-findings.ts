// Every finding of verify that can be explained, by its id.
import { connectivityFindings } from './connectivity/login-findings.ts';
import { type Finding, listenerFindings } from './listener/listener-findings.ts';

/** @example findings.trust?.why */
export const explainedFindings: Readonly<Record<string, Finding>> = { ...connectivityFindings, ...listenerFindings };

// The public face of reports: from answers to one HTML page.
export type { ReportInput, ReportPart } from './answers.ts';
export { inputOf, joinedAnswers, requireSameDeployment, savedAnswer } from './answers.ts';
export { reportPage } from './page.ts';
export { reportPolicy } from './style.ts';
export type { ReportVerdict } from './verdict.ts';
export { verdictOf } from './verdict.ts';

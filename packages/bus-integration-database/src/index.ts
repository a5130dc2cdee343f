// The public face of bus-integration-database.
export { adoptedFrom, adoptFromPart } from './adopt-from.ts';
export { allowedFlags } from './allowed-flags.ts';
export type { OnDefect } from './answer.ts';
export { answer } from './answer.ts';
export { headerSafe } from './bearer-token.ts';
export { mostResourcesConfigured } from './bounds.ts';
export { changeDirectory } from './change-directory.ts';
export { isSystemDirectory } from './closable.ts';
export type { Configuration, ConfigurationOptions, Credentials, ProviderKeys } from './config.ts';
export { readConfiguration } from './config.ts';
export type { ConfigurationKey } from './config-keys.ts';
export { declarationRequest, requireDeclaration } from './configured-request.ts';
export type { JsonSchema, SchemaName } from './contract-documents.ts';
export { asyncApiDocument, contractFiles, contractSchemas, contractVersion } from './contract-documents.ts';
export { responseFaults } from './contract-response.ts';
export type { Declaration } from './declaration.ts';
export type { Declared, ListenerPolicy } from './declared.ts';
export { readDeclared } from './declared.ts';
export { isDeploymentId } from './deployment-id.ts';
export type { Login, PrivilegeProfile } from './desired.ts';
export { desiredResources, loginsOf, namesOf, rolesOf } from './desired.ts';
export type { Delta } from './diff.ts';
export { diff } from './diff.ts';
export { parseDuration } from './duration.ts';
export type { EnvFile } from './env-file.ts';
export { parseEnvFile, readEnvFile, readNamedEnvFile, repeatedText } from './env-file.ts';
export type { EnvFileStatus } from './env-file-owner.ts';
export { judgeEnvFile } from './env-file-owner.ts';
export type { AnswerEnvelope, Envelope } from './envelope.ts';
export { answerEnvelope, correlationOf, readEnvelope } from './envelope.ts';
export type { ErrorClass } from './error-class.ts';
export { errorClasses } from './error-class.ts';
export type { ErrorDetails } from './errors.ts';
export { OperationError } from './errors.ts';
export type { Operation } from './events.ts';
export { eventNames, operations, requestEvent, responseEvent } from './events.ts';
export { absolutePath, findProgram, isExecutable } from './executable.ts';
export { mapFileCommands } from './file-commands.ts';
export type { GitExposure } from './git-exposure.ts';
export { gitExposure } from './git-exposure.ts';
export type { GlobalFlags } from './global-flags.ts';
export { asksFor, asksForJson, asksForQuiet, readGlobalFlags } from './global-flags.ts';
export { failure, handle } from './handle.ts';
export { sendRequest } from './http-request.ts';
export { deepestLevels, nestsDeeper } from './json-depth.ts';
export { allowedNames, readList } from './list.ts';
export { localEventsUrl, localTokenFile } from './local-events.ts';
export { goesInClear, isLoopback } from './loopback.ts';
export { mapFindings } from './map-findings.ts';
export { type Mask, masked, maskedDeep, maskFor } from './mask.ts';
export type { NamedKind, NameRules } from './names.ts';
export {
  caseCollisions,
  dsnFileName,
  expandRole,
  isRoleTemplate,
  judgeName,
  lineBreakFault,
  printable,
} from './names.ts';
export { nodeDebugFault } from './node-debug.ts';
export { openDevice } from './open-device.ts';
export { osUserOf } from './os-user.ts';
export { isIntact, planId } from './plan.ts';
export type { Context, Progress, Provider } from './provider.ts';
export { replaceFile } from './replace-file.ts';
export type { ApplyRequest, DoctorRequest, PlanRequest, Requests, StatusRequest, VerifyRequest } from './request.ts';
export { declarationOf, parseRequest, requestSchemas, requireUsableNames, verifyChecks } from './request.ts';
export type { Database, Grantee, PrivilegeObject, Privileges, Resource, Role, Schema } from './resource.ts';
export { idOf, privilegesOf } from './resource.ts';
export type {
  Allowed,
  Check,
  DatabaseStatus,
  Diagnostic,
  DsnFileStatus,
  Leftover,
  Response,
  RoleStatus,
  SchemaStatus,
  Target,
  Verb,
} from './response.ts';
export { descriptorOf, writeResult } from './result-file.ts';
export type { Risk } from './risk.ts';
export { risks } from './risk.ts';
export { Secret } from './secret.ts';
export { judgeSecretFile, readSecretFile } from './secret-file.ts';
export { withoutPasswords } from './secret-forms.ts';
export type { JudgeParameter, ServiceAddress } from './service-address.ts';
export type { Settings } from './settings.ts';
export { createSettings, pathFault, requirePath } from './settings.ts';
export { shellQuote } from './shell-quote.ts';
export type {
  Action,
  DatabasePrivileges,
  DsnFileContent,
  Marked,
  SchemaPrivileges,
  Step,
  StepOfAction,
  StepState,
} from './step.ts';
export { isMutating } from './step.ts';
export type { Delivery, Log, Subscription, Transport } from './transport.ts';
export type { TransportChoice } from './transport-choice.ts';
export { chooseTransport, holdsLogin, positiveDurationOf } from './transport-choice.ts';
export { createTurnstile, type Turnstile } from './turnstile.ts';
export { editDistance } from './unknown-keys.ts';
export { isThere, unreadEnvFile } from './unread-env-file.ts';
export type { Worker, WorkerOptions } from './worker.ts';
export { createWorker } from './worker.ts';
export { misspelledWorkerKeys } from './worker-keys.ts';
export { isKernels, writeFault } from './write-fault.ts';

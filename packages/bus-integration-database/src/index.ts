// The public face of bus-integration-database.

export {
  type Entered,
  enteredDirectory,
  enteredOf,
  enteredVariable,
  findingText,
  type Told,
} from './command-line/entered-directory.ts';
export type { ProcessContext, Stream } from './command-line/process-context.ts';
export { createProgram } from './command-line/program.ts';
export { directoryFault, enteringFault, isLostDirectory, lostDirectoryText } from './command-line/working-directory.ts';
export { writeAbout } from './command-line/write-about.ts';
export type { CommandEnvironment } from './config/command-environment.ts';
export { commandEnvironment } from './config/command-environment.ts';
export type { Configuration, ConfigurationOptions, Credentials, ProviderKeys } from './config/config.ts';
export { readConfiguration } from './config/config.ts';
export type { ConfigurationKey } from './config/config-keys.ts';
export { readDesired } from './config/declared.ts';
export { parseDuration } from './config/duration.ts';
export type { EnvFile } from './config/env-file/env-file.ts';
export { parseEnvFile, readEnvFile, readNamedEnvFile, repeatedText } from './config/env-file/env-file.ts';
export type { EnvFileStatus } from './config/env-file/env-file-owner.ts';
export { judgeEnvFile } from './config/env-file/env-file-owner.ts';
export { isThere, unreadEnvFile } from './config/env-file/unread-env-file.ts';
export { judgeSecretsIn } from './config/env-file-secret.ts';
export { manifestFileOf } from './config/manifest-key.ts';
export { overruledNames } from './config/overruled-names.ts';
export type { SettingsReader } from './config/settings.ts';
export { createSettings, pathFault, requirePath, shownValue } from './config/settings.ts';
export type { AnswerEnvelope, Envelope } from './contract/envelope.ts';
export { answerEnvelope, correlationOf, readEnvelope } from './contract/envelope.ts';
export type { ErrorClass } from './contract/error-class.ts';
export { errorClasses } from './contract/error-class.ts';
export type { ErrorDetails } from './contract/errors.ts';
export { OperationError, wordingOfError } from './contract/errors.ts';
export type { Operation } from './contract/events.ts';
export { eventNames, operations, requestEvent, responseEvent } from './contract/events.ts';
export type { ActionFacts, Fact, ProviderFacts } from './contract/facts.ts';
export { deepestLevels, nestsDeeper } from './contract/json-depth.ts';
export { repeatedKey } from './contract/json-keys.ts';
export type { Advice, AdviceOf, Advised, Path, Remedy } from './contract/remedy.ts';
export { advise, command, inDirectory, isForShell, remedyIn, remedyOf } from './contract/remedy.ts';
export type {
  Allowed,
  Check,
  DatabaseStatus,
  Diagnostic,
  DsnFileStatus,
  Leftover,
  ReportAccess,
  ReportContent,
  ReportDatabase,
  ReportEntrance,
  ReportFile,
  ReportGround,
  ReportMembership,
  ReportOwnership,
  ReportRole,
  ReportUnseen,
  Response,
  RoleStatus,
  SchemaStatus,
  Target,
  Verb,
} from './contract/response.ts';
export { responseFaults } from './contract/response-schema.ts';
export type { Risk } from './contract/risk.ts';
export { risks } from './contract/risk.ts';
export type { ContentOf, OptionalShape, Shape, ShapeWords } from './contract/shape-words.ts';
export type {
  BareStep,
  CommonAction,
  DsnFileContent,
  Step,
  StepOf,
  StepOfAction,
  StepState,
} from './contract/step.ts';
export { isMutating, isOfAction } from './contract/step.ts';
export type { Wording } from './contract/wording.ts';
export { inMessage, inSeen, reworded, say, wordedText, wordingOf } from './contract/wording.ts';
export type { JsonSchema, SchemaName } from './contract-documents.ts';
export { asyncApiDocument, contractFiles, contractSchemas, contractVersion } from './contract-documents.ts';
export type { Proofs, RoleDecision } from './credentials/decide.ts';
export { decideCredentials, rotationUnfinished } from './credentials/decide.ts';
export type { DesiredCredentials, LoginBlock, Proof } from './credentials/desired-credentials.ts';
export type { FileDecision } from './credentials/file-decision.ts';
export type { FileAction } from './credentials/file-steps.ts';
export { fileSteps, isFileStep } from './credentials/file-steps.ts';
export type { DecidedFile, DecidedLogin } from './credentials/shared-files.ts';
export { decidedFiles, joinSharedFiles, loginsOf } from './credentials/shared-files.ts';
export { absolutePath, findProgram, isExecutable } from './git/executable.ts';
export type { GitExposure } from './git/git-exposure.ts';
export { gitExposure } from './git/git-exposure.ts';
export type { Subject } from './model/about.ts';
export { databaseOf, givenPassword, madeDatabase, subjectOf } from './model/about.ts';
export { adoptedFrom, adoptFromPart } from './model/adopt-from.ts';
export type { Interrupted, Needing, NextVerb } from './model/advice.ts';
export { nextAfter, nextCommand, sameCommand, withNeeds } from './model/advice.ts';
export { allowedFlags } from './model/allowed-flags.ts';
export { isDeploymentId } from './model/deployment-id.ts';
export type { DesiredNames } from './model/desired-names.ts';
export { everyName, joined } from './model/desired-names.ts';
export type {
  DeclaredManifest,
  DesiredRules,
  DesiredState,
  Expansion,
  ManifestContent,
} from './model/desired-state.ts';
export { desiredState, manifestState } from './model/desired-state.ts';
export type { AnyResource, Delta } from './model/diff.ts';
export { diff } from './model/diff.ts';
export type { Listener, ListenerPolicy, Lists } from './model/lists.ts';
export { mapAdvice, ownCommand, ownVerbOf } from './model/map-advice.ts';
export { mapFindings, mapTextPaths } from './model/map-findings.ts';
export type { NamedKind, NameRules } from './model/names.ts';
export { dsnFileName, expandRole, fileSystemName, judgeName, lineBreakFault, poolerTwin } from './model/names.ts';
export type { Output, OutputConnection, OutputSettings, PoolerAddress } from './model/output.ts';
export { connectionsOf, placesIn, standsElsewhere } from './model/output.ts';
export { identityText, isIntact, planId } from './model/plan.ts';
export type { Refusal, Standing } from './model/standing.ts';
export type {
  ConnectionString,
  ConnectionStrings,
  Endpoint,
  FileReading,
  HeldLogin,
  StrayFile,
} from './output-files/connection-string.ts';
export type { OutputDirectory } from './output-files/directory.ts';
export { createOutputDirectory, filesByDirectory, shownPath, withoutSlashes } from './output-files/directory.ts';
export type { FilePair } from './output-files/file-pair.ts';
export { candidatePasswords, endpointFault, holds, stagedSuffix } from './output-files/file-pair.ts';
export type { OutputPlace } from './output-files/judge-directory.ts';
export type { WholeFile } from './output-files/output-file.ts';
export { discardStaged, promoteFile, readPairs, stageFile } from './output-files/output-file.ts';
export { ownerOf } from './output-files/owner.ts';
export { judgeOutputDirectory } from './output-files/room.ts';
export { strayFiles, strayLinks, withoutSuffix } from './output-files/stray-files.ts';
export { strayOutputs } from './output-files/stray-outputs.ts';
export { configuredRequest, plainRequest, requireSomething } from './run/configured-request.ts';
export { desiredBy, desiredFor, isAboutConfigured } from './run/desired-request.ts';
export { giveWay } from './run/give-way.ts';
export { failure, handle } from './run/handle.ts';
export { namedManifest } from './run/named-manifest.ts';
export type { Parallel, ParallelOptions } from './run/parallel.ts';
export { createParallel, pause } from './run/parallel.ts';
export type { Context, DesiredContext, Progress, Provider } from './run/provider.ts';
export type {
  DescribeRequest,
  DescribeServer,
  Explanation,
  ProviderContext,
  ProviderModule,
  ProviderOptions,
  ServedProvider,
  ServerDescription,
} from './run/provider-module.ts';
export type {
  ApplyRequest,
  DoctorRequest,
  PlanRequest,
  ReportRequest,
  Requests,
  StatusRequest,
  VerifyRequest,
} from './run/request.ts';
export { parseRequest, requestSchemas, verifyChecks } from './run/request.ts';
export { withRequestCredentials } from './run/request-credentials.ts';
export type { ScriptWriter } from './run/script-writer.ts';
export { createSemaphore, type Semaphore } from './run/semaphore.ts';
export { unlessStale } from './run/stale.ts';
export { whatStands } from './run/what-stands.ts';
export { headerSafe } from './secrets/bearer-token.ts';
export { isSystemDirectory } from './secrets/closable.ts';
export { type Mask, masked, maskedDeep, maskFor } from './secrets/mask.ts';
export { nodeDebugFault } from './secrets/node-debug.ts';
export { openDevice } from './secrets/open-device.ts';
export { homeDirectoryOf, osUserOf } from './secrets/os-user.ts';
export { replaceFile } from './secrets/replace-file.ts';
export { descriptorOf, writeResult } from './secrets/result-file.ts';
export { Secret } from './secrets/secret.ts';
export { judgeSecretFile, readSecretFile } from './secrets/secret-file.ts';
export { judgeParent } from './secrets/secret-file-directory.ts';
export { withoutPasswords } from './secrets/secret-forms.ts';
export { isKernels, writeFault } from './secrets/write-fault.ts';
export { isOfOthers, isResult } from './secrets/written-before.ts';
export { editDistance } from './text/edit-distance.ts';
export type { Environment } from './text/environment.ts';
export { allowedNames, count, readList, some } from './text/list.ts';
export { nameList } from './text/name-list.ts';
export { printable } from './text/printable.ts';
export { shellQuote } from './text/shell-quote.ts';
export { shown } from './text/shown.ts';
export { sendRequest } from './transports/http/http-request.ts';
export { goesInClear, isLoopback } from './transports/loopback.ts';
export type { Delivery, Log, Subscription, Transport } from './transports/transport.ts';
export type { OnDefect } from './worker/answer.ts';
export { answer } from './worker/answer.ts';
export { localEventsUrl, localTokenFile } from './worker/local-events.ts';
export type { ServeOptions } from './worker/serve.ts';
export { serve } from './worker/serve.ts';
export type { TransportChoice } from './worker/transport-choice.ts';
export { chooseTransport, holdsLogin, positiveDurationOf } from './worker/transport-choice.ts';
export type { Worker, WorkerOptions } from './worker/worker.ts';
export { createWorker } from './worker/worker.ts';
export { misspelledWorkerKeys } from './worker/worker-keys.ts';

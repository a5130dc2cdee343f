// What every form of output file says of itself: index.ts has one row for each. Pure.
import { type ConnectionString, type Endpoint, OperationError } from 'bus-integration-database';

/** A connection as a file is to hold it. */
export interface HeldConnection extends ConnectionString {
  /** Its name in an env file; without one the file has the variables that libpq reads. */
  readonly variable?: string;
}

/** What of a rule is written beside the connections. */
export interface FormSettings {
  /** What the file's object is called, where it has a name of its own. */
  readonly name?: string;
  readonly namespace?: string;
  readonly pooler?: { readonly host: string; readonly port: string };
}

/** What a text was found to hold. */
interface FormContent {
  readonly connections: readonly HeldConnection[];
  /** What else stands there, each by a name that tells no secret. */
  readonly others: readonly string[];
}

export interface FileForm {
  /** As much of an endpoint as it can say. */
  said(endpoint: Endpoint): Endpoint;
  /**
   * The text, without the last line's end.
   *
   * @throws OperationError `invalid-request` for what it can't hold, naming what and no value
   */
  write(connections: readonly HeldConnection[], settings: FormSettings): string;
  /** What a text holds, whoever wrote it; undefined where it is nothing of this form. */
  read(text: string): FormContent | undefined;
}

/** The connection as `role@database` would be said, and why this form can't hold it. */
export function unwritable(form: string, what: string, why: string): OperationError {
  return new OperationError('invalid-request', `form ${form} can't hold ${what}: ${why}`, {
    code: 'output-form',
    remedy: `use another form for it, or change ${what}`,
  });
}

/** The servers of an endpoint: its lists side by side. */
export function serversOf({ host = '', port = '' }: Endpoint): { host: string; port: string }[] {
  const ports = port.split(',');
  return host.split(',').map((name, index) => ({ host: name, port: ports[index] || ports[0] || '5432' }));
}

/** Only those keywords of an endpoint. */
export function only(endpoint: Endpoint, keywords: (keyword: string) => boolean): Endpoint {
  return Object.fromEntries(Object.entries(endpoint).filter(([keyword]) => keywords(keyword)));
}

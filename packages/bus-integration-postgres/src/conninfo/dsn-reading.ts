// A DSN file as it was read, as plain data.
import type { Secret } from 'bus-integration-database';

/** Keyword → value, user, password and dbname left out. Of a file it may hold secrets (sslpassword): see `shownPart`. */
export type Endpoint = Readonly<Record<string, string>>;

/** What a DSN file was found to hold. */
export type FileReading =
  | { readonly state: 'absent' }
  /** `holder`: whose DSN stands there instead, `app_service@app`. */
  | { readonly state: 'broken'; readonly reason: string; readonly holder?: string }
  | {
      readonly state: 'present';
      readonly endpoint: Endpoint;
      readonly password: Secret;
      /** It belongs to another user than BUS_DATABASE_DSN_FILE_OWNER. */
      readonly hasOtherOwner?: boolean;
      /** Not as we write it: some client can't read it. */
      readonly hasOldForm?: boolean;
    };

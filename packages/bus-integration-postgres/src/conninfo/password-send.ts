// How new passwords go to the server: BUS_DATABASE_PASSWORD_SEND.
import type { Configuration, ConfigurationKey, SettingsReader } from 'bus-integration-database';

export type PasswordSend = 'verifier' | 'plaintext';

const key = 'BUS_DATABASE_PASSWORD_SEND';

export const passwordSendKey: ConfigurationKey = { name: key, default: 'verifier', meaning: 'verifier or plaintext' };

/** What the configuration's choices hold of it; nothing where it is the default. */
export function readPasswordSend(settings: SettingsReader): { passwordSend?: PasswordSend } {
  return settings.choice(key, ['verifier', 'plaintext']) === 'plaintext' ? { passwordSend: 'plaintext' } : {};
}

/** As a configuration says it. */
export function passwordSendOf({ choices }: Pick<Configuration, 'choices'>): PasswordSend {
  return choices.passwordSend === 'plaintext' ? 'plaintext' : 'verifier';
}

// A value that prints as ***: through string templates, JSON.stringify, console.log and util.inspect alike.
import { inspect } from 'node:util';
import { remember } from './mask.ts';

const mask = '***';

/**
 * Holds a password, a DSN or a token so that it is not printed by accident. Only `reveal()` gives it out, and `masked` finds it
 * in whatever is printed.
 *
 * @example
 * const secret = new Secret('s3cret');
 * `${secret}`; // '***'
 * secret.reveal(); // 's3cret'
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    remember(value);
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return mask;
  }

  toJSON(): string {
    return mask;
  }

  [inspect.custom](): string {
    return mask;
  }
}

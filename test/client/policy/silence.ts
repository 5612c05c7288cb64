/** Networks that must not be asked: they note who tries, and fail. */
import type { GuardOptions } from '../../../src/client/guard.ts';

export interface Silence {
  /** By what a guard could ask. */
  readonly networks: readonly Pick<GuardOptions, 'fetch' | 'openPlace'>[];
  /** What was asked all the same. */
  readonly asked: string[];
}

export function silence(): Silence {
  const asked: string[] = [];
  const refuse = (what: string): Promise<never> => {
    asked.push(what);
    return Promise.reject(new TypeError(`asked for ${what}`));
  };
  const fetch: typeof globalThis.fetch = (input) => refuse(String(input instanceof Request ? input.url : input));
  const openPlace: GuardOptions['openPlace'] = ({ href }) => ({
    description: href,
    read: (segments) => refuse(`${href}${segments.join('/')}`),
  });
  return { networks: [{ fetch }, { openPlace }], asked };
}

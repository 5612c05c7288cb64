/** The delegations of a file that let their role speak for a path, in the file’s order. */
import { type Delegations, type Examined, examineDelegations } from '../../src/tuf/delegations.ts';

export function matching(delegations: Delegations | undefined, path: string): Examined[] {
  return examineDelegations(delegations, path).filter(({ match }) => match !== undefined);
}

/** Under which name this process runs: the operating system’s word, and not the environment’s, which anybody may set. */
import { userInfo } from 'node:os';

/** Undefined where the account has no name, as in many containers. */
export function accountName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

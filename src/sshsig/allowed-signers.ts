/**
 * Who may sign for what, and when: OpenSSH’s file of allowed signers, and its verdict.
 *
 * The same file serves `ssh-keygen -Y verify`, so that nobody has to believe this program. Where the two could differ the
 * file is refused: a line that is not understood (ssh-keygen passes over it), a time without a zone (another instant on
 * another machine), a key that is weak. Certificates are not supported: `cert-authority` lines match nothing.
 * Source: ssh-keygen(1), “ALLOWED SIGNERS”. Times ending in `Z` need OpenSSH 9.1 or newer.
 */
import { Refusal } from '../errors.ts';
import { printable } from '../tuf/names.ts';
import { matchesList } from './patterns.ts';
import type { SshPublicKey } from './public-key.ts';
import { isRevoked, type Revocations } from './revocations.ts';
import { type AllowedSigner, formatSignerLine, parseSignerLine } from './signer-line.ts';

export type AllowedSigners = readonly AllowedSigner[];

/** Room for some thousand keys; more is no list of people. */
const LONGEST_FILE = 1_048_576;

/**
 * @param text the whole file; empty lines and those that start with `#` say nothing
 * @throws CONFIG_POLICY, naming the line
 */
export function parseAllowedSigners(text: string): AllowedSigners {
  if (text.length > LONGEST_FILE) {
    throw new Refusal('CONFIG_POLICY', `The allowed signers are longer than ${String(LONGEST_FILE)} characters.`);
  }
  return text.split(/\r?\n/).flatMap((raw, index) => {
    const line = raw.replace(/^[ \t]+/, '');
    return line === '' || line.startsWith('#') ? [] : [parseSignerLine(line, index + 1)];
  });
}

/**
 * A file that `ssh-keygen -Y verify -f` reads, one line per entry. Only exact names are written: a person called `*`
 * would be everybody.
 * @throws CONFIG_POLICY for a name or purpose that the file would not carry exactly
 */
export function formatAllowedSigners(entries: AllowedSigners): string {
  return entries.map((entry) => `${formatSignerLine(entry)}\n`).join('');
}

/**
 * The line that lets `key` sign as `identity` for `namespace` at that instant: what `ssh-keygen -Y verify -f … -I identity
 * -n namespace -r … -O verify-time=…` decides once the signature itself is right.
 * @param at to the second, as ssh-keygen has it
 * @throws TRUST_SSH_SIGNATURE, saying what did not fit
 */
export function findSigner(
  { signers, revoked }: { readonly signers: AllowedSigners; readonly revoked: Revocations },
  identity: string,
  namespace: string,
  at: Date,
  key: SshPublicKey,
): AllowedSigner {
  const who = `“${printable(identity, 80)}”`;
  // A pattern that matches everything also matches nobody’s name.
  if (identity === '' || namespace === '') throw unfit('needs a person and a purpose to be judged for');
  const seconds = Math.floor(at.getTime() / 1000);
  // Compared with anything, no time at all is neither too early nor too late.
  if (!Number.isFinite(seconds)) throw unfit('cannot be judged at an instant that is none');
  // Revoked means whoever holds it: asked before anything could let the key pass.
  if (isRevoked(revoked, key)) throw unfit(`is of the key ${key.fingerprint}, which is revoked`);
  // The whole key must be the recorded one: a hardware key is not its material in a file.
  const own = signers.filter(({ key: listed, isCertAuthority }) => !isCertAuthority && listed.line === key.line);
  const named = own.filter(({ principals }) => matchesList(identity, principals));
  if (named.length === 0) throw unfit(`is of the key ${key.fingerprint}, which is not one of ${who}`);
  const meant = named.filter(({ namespaces }) => !namespaces || matchesList(namespace, namespaces));
  if (meant.length === 0)
    throw unfit(`is of a key of ${who} that is not for the purpose “${printable(namespace, 60)}”`);
  const found = meant.find(
    ({ validAfter, validBefore }) =>
      (validAfter === undefined || seconds >= secondsOf(validAfter)) &&
      (validBefore === undefined || seconds <= secondsOf(validBefore)),
  );
  if (!found) throw unfit(`is of a key of ${who} that did not count at ${at.toISOString()}: ${periodOf(meant)}`);
  return found;
}

function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

function periodOf(entries: AllowedSigners): string {
  const ends = entries.map(({ validAfter, validBefore }) =>
    [
      ...(validAfter ? [`from ${validAfter.toISOString()}`] : []),
      ...(validBefore ? [`until ${validBefore.toISOString()}`] : []),
    ].join(' '),
  );
  return `it counts ${ends.join(' and ')}`;
}

function unfit(what: string): Refusal {
  return new Refusal('TRUST_SSH_SIGNATURE', `The SSH signature ${what}.`);
}

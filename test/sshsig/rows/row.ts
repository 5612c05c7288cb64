/**
 * One row per question that a verifier is asked, with both answers: ours, and that of `ssh-keygen -Y verify`. Where they
 * differ, the row says why.
 */
import { forge, type Parts } from '../forge.ts';
import { ed25519, type Person } from '../people.ts';
import { vector } from '../vectors.ts';

export interface Row {
  readonly name: string;
  readonly signature: string;
  /** The file of allowed signers; Alice with her plain key unless given. */
  readonly allowed: string;
  readonly identity: string;
  readonly namespace: string;
  readonly message: string;
  readonly revoked?: string;
  /** `YYYYMMDDHHMMSSZ` */
  readonly at: string;
  /** A clause of our refusal; absent where we say yes. */
  readonly refused?: RegExp;
  /** The verdicts differ, and this is why that is right. */
  readonly differs?: string;
}

export type Changes = Partial<Omit<Row, 'name'>>;

export const NAMESPACE = 'pin.v1@countersign';
export const MESSAGE = 'What is signed here.\n';
export const NAME = 'alice@example.org';
export const alice = ed25519('alice');

const BASE = {
  signature: forge(alice, { message: MESSAGE, namespace: NAMESPACE }),
  allowed: `${NAME} ${alice.line}\n`,
  identity: NAME,
  namespace: NAMESPACE,
  message: MESSAGE,
  at: '20270101000000Z',
};

export function row(name: string, changes: Changes = {}): Row {
  return { name, ...BASE, ...changes };
}

/** Alice’s signature with other parts. */
export function bent(name: string, parts: Partial<Parts>, changes: Changes = {}): Row {
  return row(name, { signature: forge(alice, { message: MESSAGE, namespace: NAMESPACE, ...parts }), ...changes });
}

/** A signature of somebody else’s key, which is listed as Alice’s. */
export function by(person: Person, name: string, changes: Changes & { parts?: Partial<Parts> } = {}): Row {
  const { parts, ...rest } = changes;
  const signature = forge(person, { message: MESSAGE, namespace: NAMESPACE, ...parts });
  return row(name, { signature, allowed: `${NAME} ${person.line}\n`, ...rest });
}

/** A committed signature, whose key is listed as Alice’s. */
export function made(name: string, changes: Changes = {}): Row {
  const { signature, publicKey, message } = vector(name);
  return row(`committed: ${name}`, { signature, message, allowed: `${NAME} ${publicKey}\n`, ...changes });
}

/** Alice’s good signature before another list of signers. */
export function listed(name: string, allowed: string, changes: Changes = {}): Row {
  return row(name, { allowed: `${allowed}\n`, ...changes });
}

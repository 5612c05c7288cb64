/** The committed signatures of test/vectors/sshsig, by name. */
import { readFileSync } from 'node:fs';

export interface Vector {
  readonly name: string;
  readonly message: string;
  readonly namespace: string;
  /** `type base64` */
  readonly publicKey: string;
  readonly signature: string;
}

const FILE = new URL('../vectors/sshsig/signatures.json', import.meta.url);
export const VECTORS = JSON.parse(readFileSync(FILE, 'utf8')) as readonly Vector[];

export function vector(name: string): Vector {
  const found = VECTORS.find((one) => one.name === name);
  if (!found) throw new Error(`No such vector: ${name}`);
  return found;
}

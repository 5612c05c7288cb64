/**
 * The leaf of a renewal, read without a JSON parser: most leaves are of this one form, in the one spelling that this program
 * writes, so one expression says everything that the shape and the canonical form demand. Whatever does not match is read
 * in the ordinary way, and found out there.
 */
import type { LedgerEvent } from '../../ledger/events/leaf.ts';
import type { IssuedRef } from '../../ledger/events/statements.ts';

const NUMBER = '((?:0|[1-9][0-9]{0,14}))';
const TIME = '([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)';
const FILE = `\\{"expires":"${TIME}","length":${NUMBER},"sha256":"([0-9a-f]{64})","version":${NUMBER}\\}`;
const FORM = new RegExp(
  [
    `^\\{"actor":"(local|a-[0-9a-f]{20}|system:[a-z-]{1,32})","at":"${TIME}","body":\\{"generation":${NUMBER},`,
    `"online_epoch":${NUMBER},"repository":"([a-z0-9][a-z0-9._-]{0,62})","root_version":${NUMBER},`,
    `"snapshot":${FILE},"timestamp":${FILE}\\},"cause":(null|"[0-9a-f]{64}"),"mirror_id":"([0-9a-f]{32})",`,
    `"n":${NUMBER},"nonce":"([0-9a-f]{32})","schema":"countersign-event/1","type":"serve\\.timestamp"\\}$`,
  ].join(''),
);

/** The same as `decodeLeaf` makes of it; undefined for every other text. */
export function readRenewal(body: string, index: number): LedgerEvent<'serve.timestamp'> | undefined {
  const parts = FORM.exec(body);
  if (!parts) return undefined;
  const [, actor = '', at = '', generation, epoch, repository = '', root, ...rest] = parts;
  const [cause = '', mirrorId = '', n, nonce = ''] = rest.slice(8);
  if (Number(n) !== index) return undefined;
  return {
    ...{ n: index, type: 'serve.timestamp', mirrorId, at: new Date(at), actor, nonce },
    cause: cause === 'null' ? null : cause.slice(1, -1),
    body: {
      ...{ repository, generation: Number(generation), online_epoch: Number(epoch), root_version: Number(root) },
      ...{ snapshot: fileOf(rest.slice(0, 4)), timestamp: fileOf(rest.slice(4, 8)) },
    },
  };
}

function fileOf([expires = '', length, sha256 = '', version]: readonly string[]): IssuedRef {
  return { version: Number(version), sha256, length: Number(length), expires };
}

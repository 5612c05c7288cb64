/** M-10, M-14: a guard whose pin names people believes an import only with their own signatures under it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../../src/errors.ts';
import type { ApprovalPin } from '../../../src/client/pin/pin.ts';
import { requireApprovals } from '../../../src/client/trust/approvals.ts';
import { canonicalBytes } from '../../../src/ledger/events/leaf.ts';
import { PURPOSES } from '../../../src/sshsig/namespaces.ts';
import { parsePublicKeyLine } from '../../../src/sshsig/public-key.ts';
import { leafHash } from '../../../src/tlog/tree.ts';
import { encodeHex } from '../../../src/tuf/encoding.ts';
import { repositoryId } from '../../../src/tuf/names.ts';
import { forge } from '../../sshsig/forge.ts';
import { ed25519 } from '../../sshsig/people.ts';
import { LOG, signerOf } from '../../tlog/test-keys.ts';
import { ShownLog } from './shown-log.ts';

const SNAPSHOT = 'a'.repeat(64);
const STATE = { repository: repositoryId('demo'), generation: 4, upstreamSnapshotSha256: SNAPSHOT };

interface Bent {
  readonly statement?: object;
  readonly namespace?: string;
  /** Who really signs. */
  readonly signedBy?: string;
  readonly signed?: object;
  readonly isUnnamed?: boolean;
  readonly isErased?: boolean;
}

interface Told {
  readonly publication?: object;
  /** What the observation says of upstream’s snapshot. */
  readonly observed?: string;
  /** Another observation is sent than the one that the publication names. */
  readonly isOther?: boolean;
  readonly type?: string;
  readonly signer?: typeof LOG;
}

/** What the mirror would serve for approvals by these people. */
function served(approvals: readonly (readonly [name: string, bent?: Bent])[], told: Told = {}): Buffer {
  const { observed = SNAPSHOT, signer = LOG } = told;
  const log = new ShownLog([], signer).grow(3);
  const refTo = (index: number): object => ({
    index,
    hash: encodeHex(leafHash(log.entries[index] ?? Buffer.alloc(0))),
  });
  const seen = { type: 'import.verified', body: { statement: { as_of: { snapshot_sha256: observed } } } };
  const observation = log.entry(seen);
  const other = log.entry(seen);
  const made = approvals.map(([name, bent = {}]) => {
    const statement = {
      ...{ repo_id: 'demo', import_id: 9, decision: 'approve', observation: refTo(observation) },
      ...bent.statement,
    };
    const message = canonicalBytes({ ...statement, ...bent.signed });
    const signature =
      bent.isErased === true
        ? null
        : forge(ed25519(bent.signedBy ?? name), {
            message,
            namespace: bent.namespace ?? PURPOSES.importApproval,
          });
    const index = log.entry({ type: 'approval', body: { statement, signature: null } });
    return { index, ref: refTo(index), signature, isNamed: bent.isUnnamed !== true };
  });
  const statement = {
    ...{ repo_id: 'demo', generation: 4, import_id: 9, observation: refTo(observation) },
    ...{
      evidence: { snapshot_sha256: SNAPSHOT },
      approvals: made.filter(({ isNamed }) => isNamed).map(({ ref }) => ref),
    },
    ...told.publication,
  };
  const published = log.entry({ type: told.type ?? 'publish', body: { statement } });
  const proof = (index: number): string => log.proof(index, log.checkpoint([])).toString();
  return Buffer.from(
    JSON.stringify({
      schema: 'countersign-approvals/1',
      publication: proof(published),
      observation: proof(told.isOther === true ? other : observation),
      approvals: made.map(({ index, signature }) => ({ proof: proof(index), signature })),
    }),
  );
}

function pinOf(threshold: number, ...names: string[]): ApprovalPin {
  return { threshold, keys: names.map((name) => parsePublicKeyLine(ed25519(name).line)) };
}

function refused(words: RegExp, document: Uint8Array, pin = pinOf(2, 'alice', 'bob')): void {
  assert.throws(
    () => requireApprovals(pin, LOG.key, STATE, document),
    (error) => {
      assert.ok(isRefusal(error), String(error));
      assert.deepEqual([error.code, words.test(error.what)], ['TRUST_APPROVALS', true], error.what);
      return true;
    },
  );
}

test('two of the people whom the pin names approved, each with their own key', () => {
  const document = served([['alice'], ['bob'], ['carol']]);
  assert.equal(requireApprovals(pinOf(2, 'alice', 'bob'), LOG.key, STATE, document), 2);
  assert.equal(requireApprovals(pinOf(2, 'carol', 'bob', 'dave'), LOG.key, STATE, document), 2);
});

test('one approval of two is not enough, and one person twice is one', () => {
  refused(/1 of the 2/, served([['alice']]));
  refused(/1 of the 2/, served([['alice'], ['alice']]));
  refused(/0 of the 2.*nobody whom the pin names/, served([['mallory'], ['carol']]));
});

const BENT: [string, Bent, RegExp][] = [
  ['signed by somebody else in her name', { signedBy: 'mallory' }, /nobody whom the pin names/],
  ['signed for another purpose', { namespace: 'git' }, /git/],
  ['whose statement was altered after signing', { signed: { import_id: 8 } }, /./],
  ['a reject', { statement: { decision: 'reject' } }, /something else/],
  ['for another import', { statement: { import_id: 8 } }, /something else/],
  ['for another observation', { statement: { observation: { index: 2, hash: 'c'.repeat(64) } } }, /something else/],
  ['whose signature was erased', { isErased: true }, /was erased/],
  ['that the publication does not name', { isUnnamed: true }, /not among those/],
];
for (const [what, bent, words] of BENT) {
  test(`A-05: an approval ${what} does not count`, () => {
    refused(words, served([['bob'], ['alice', bent]]));
  });
}

const OTHERS: [string, Told, RegExp][] = [
  ['another generation', { publication: { generation: 3 } }, /another publication/],
  ['another repository', { publication: { repo_id: 'other' } }, /another publication/],
  [
    'another snapshot of upstream’s',
    { publication: { evidence: { snapshot_sha256: 'e'.repeat(64) } } },
    /another publication/,
  ],
  ['an observation of another snapshot', { observed: 'e'.repeat(64) }, /another snapshot/],
  ['another observation', { isOther: true }, /another import/],
  ['no publication at all', { type: 'export' }, /in the place of a publish/],
];
for (const [what, told, words] of OTHERS) {
  test(`M-10: approvals of ${what} are none of what is served`, () => {
    refused(words, served([['alice'], ['bob']], told));
  });
}

test('approvals that are in another log are not in this one', () => {
  const document = served([['alice'], ['bob']], { signer: signerOf('log.example/one', 12) });
  assert.throws(
    () => requireApprovals(pinOf(2, 'alice', 'bob'), LOG.key, STATE, document),
    (error) => isRefusal(error, 'TRUST_LOG_SIGNATURE'),
  );
});

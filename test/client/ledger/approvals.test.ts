/** M-10, M-14: a guard whose pin names people believes an import only with their own signatures under it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Code, isRefusal } from '../../../src/errors.ts';
import type { ApprovalPin } from '../../../src/client/pin/pin.ts';
import { requireApprovals } from '../../../src/client/trust/approvals.ts';
import { canonicalBytes } from '../../../src/ledger/events/leaf.ts';
import { PURPOSES } from '../../../src/sshsig/namespaces.ts';
import { parsePublicKeyLine } from '../../../src/sshsig/public-key.ts';
import { leafHash } from '../../../src/tlog/tree.ts';
import { formatDate } from '../../../src/tuf/dates.ts';
import { encodeHex } from '../../../src/tuf/encoding.ts';
import { repositoryId } from '../../../src/tuf/names.ts';
import { forge } from '../../sshsig/forge.ts';
import { ed25519 } from '../../sshsig/people.ts';
import { LOG, signerOf } from '../../tlog/test-keys.ts';
import { AT, MIRROR_ID, ShownLog } from './shown-log.ts';

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
  /** What the entry says of the mirror. */
  readonly mirrorId?: string;
}

interface Told {
  readonly publication?: object;
  /** What the observation says of upstream’s snapshot. */
  readonly observed?: string;
  readonly observedOf?: string;
  readonly observedBy?: string;
  /** Another observation is sent than the one that the publication names. */
  readonly isOther?: boolean;
  readonly type?: string;
  readonly signer?: typeof LOG;
  /** Of which proof hangs under a checkpoint that is not the accepted one. */
  readonly elsewhere?: 'publication' | 'observation' | 'approvals';
}

interface Shown {
  readonly document: Buffer;
  /** As it was accepted with the timestamp. */
  readonly checkpoint: string;
}

/** What the mirror would serve for approvals by these people. */
function served(approvals: readonly (readonly [name: string, bent?: Bent])[], told: Told = {}): Shown {
  const { observed = SNAPSHOT, observedOf = 'demo', observedBy = MIRROR_ID, signer = LOG } = told;
  const log = new ShownLog([], signer).grow(3);
  const refTo = (index: number): object => ({
    index,
    hash: encodeHex(leafHash(log.entries[index] ?? Buffer.alloc(0))),
  });
  const statementSeen = { repo_id: observedOf, as_of: { snapshot_sha256: observed } };
  const seen = { type: 'import.verified', mirror_id: observedBy, body: { statement: statementSeen } };
  const observation = log.entry(seen);
  const other = log.entry(seen);
  const made = approvals.map(([name, bent = {}]) => {
    const statement = {
      ...{ mirror_id: MIRROR_ID, repo_id: 'demo', import_id: 9, decision: 'approve' },
      ...{ observation: refTo(observation), valid_until: null },
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
    const { mirrorId = MIRROR_ID } = bent;
    const index = log.entry({ type: 'approval', mirror_id: mirrorId, body: { statement, signature: null } });
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
  const size = log.size;
  log.grow(1);
  const proof = (index: number, of: Told['elsewhere']): string => {
    const at = told.elsewhere === of ? log.size : size;
    return log.proof(index, log.checkpoint([], at), at).toString();
  };
  const document = {
    schema: 'countersign-approvals/1',
    publication: proof(published, 'publication'),
    observation: proof(told.isOther === true ? other : observation, 'observation'),
    approvals: made.map(({ index, signature }) => ({ proof: proof(index, 'approvals'), signature })),
  };
  return { document: Buffer.from(JSON.stringify(document)), checkpoint: log.checkpoint(undefined, size) };
}

function count(pin: ApprovalPin, { document, checkpoint }: Shown): number {
  return requireApprovals(pin, { key: LOG.key, checkpoint }, STATE, document);
}

function pinOf(threshold: number, ...names: string[]): ApprovalPin {
  return { threshold, keys: names.map((name) => parsePublicKeyLine(ed25519(name).line)) };
}

function refused(words: RegExp, shown: Shown, code: Code = 'TRUST_APPROVALS'): void {
  assert.throws(
    () => count(pinOf(2, 'alice', 'bob'), shown),
    (error) => {
      assert.ok(isRefusal(error), String(error));
      assert.deepEqual([error.code, words.test(error.what)], [code, true], error.what);
      return true;
    },
  );
}

test('two of the people whom the pin names approved, each with their own key', () => {
  const shown = served([['alice'], ['bob', { statement: { valid_until: after(AT, 1) } }], ['carol']]);
  assert.equal(count(pinOf(2, 'alice', 'bob'), shown), 2);
  assert.equal(count(pinOf(2, 'carol', 'bob', 'dave'), shown), 2);
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
  ['for another repository', { statement: { repo_id: 'test' } }, /another repository/],
  ['given on another mirror', { statement: { mirror_id: '4'.repeat(32) } }, /given on another mirror/],
  ['in an entry of another mirror', { mirrorId: '4'.repeat(32) }, /an entry of another mirror/],
  ['that ended as it was published', { statement: { valid_until: AT } }, /expired before/],
  ['that ended at no time', { statement: { valid_until: 'never' } }, /expired before/],
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
  ['an observation of another repository', { observedOf: 'test' }, /another repository or mirror/],
  ['an observation of another mirror', { observedBy: '4'.repeat(32) }, /another repository or mirror/],
  ['another observation', { isOther: true }, /another import/],
  ['no publication at all', { type: 'export' }, /in the place of a publish/],
];
for (const [what, told, words] of OTHERS) {
  test(`M-10: approvals of ${what} are none of what is served`, () => {
    refused(words, served([['alice'], ['bob']], told));
  });
}

test('approvals that are in another log are not in this one', () => {
  const { document } = served([['alice'], ['bob']], { signer: signerOf('log.example/one', 12) });
  const { checkpoint } = served([['alice'], ['bob']]);
  refused(/./, { document, checkpoint }, 'TRUST_LOG_SIGNATURE');
});

for (const elsewhere of ['publication', 'observation', 'approvals'] as const) {
  test(`M-09: the ${elsewhere} under a checkpoint that the log’s key signed and the witnesses did not see proves nothing`, () => {
    refused(/under a checkpoint of 9 entries/, served([['alice'], ['bob']], { elsewhere }), 'TRUST_LOG_PROOF');
  });
}

test('M-09: a tree of the same size with another root is another log', () => {
  const { document } = served([['alice'], ['bob']]);
  const { checkpoint } = served([['alice'], ['bob', { statement: { import_id: 8 } }]]);
  refused(/under a checkpoint of 8 entries/, { document, checkpoint }, 'TRUST_LOG_PROOF');
});

function after(time: string, seconds: number): string {
  return formatDate(new Date(new Date(time).getTime() + seconds * 1000));
}

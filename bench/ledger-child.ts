/** A ledger of a size that takes years to reach, in a process of its own: appended to, proven from, verified from its first leaf. */
import { RULES } from '../src/gate/fold.ts';
import { canonicalText, encodeLeaf } from '../src/ledger/events/leaf.ts';
import { released, signHead } from '../src/ledger/checkpoints.ts';
import { appendLeaf, leafBytes, logSize, storedNodes } from '../src/ledger/log-rows.ts';
import { VerifiedLog } from '../src/ledger/verified-log.ts';
import { withWriter } from '../src/mirror.ts';
import { closeMirror } from '../src/open.ts';
import { randomName } from '../src/platform/random.ts';
import { consistencyProof } from '../src/tlog/consistency.ts';
import { inclusionProof } from '../src/tlog/inclusion.ts';
import { formatProof } from '../src/tlog/proof.ts';
import { rootOf } from '../src/tlog/tree.ts';
import { formatDate } from '../src/tuf/dates.ts';
import { answer } from './children.ts';
import { makeMirror, movableClock } from './data-directory.ts';

export interface LedgerAnswer {
  readonly leaves: number;
  readonly fillSeconds: number;
  readonly appendMs: readonly number[];
  readonly inclusionMs: readonly number[];
  readonly consistencyMs: readonly number[];
  readonly verifySeconds: number;
  readonly bytes: number;
}

const BATCH = 20_000;
/** One leaf of so many is something else than a renewal. */
const OTHERS = 20;
const EXPORT = { kind: 'jsonl', from: 0, to: 0, sha256: '0'.repeat(64) };

const [, , work = '', leaves = '', rounds = ''] = process.argv;
const clock = movableClock(new Date());
const mirror = await makeMirror(work, clock);
const { database, log } = mirror;
await withWriter(mirror, () => Promise.resolve());
const mirrorId = log.facts.installation;

const filling = performance.now();
while (logSize(database) < Number(leaves)) database.transaction(() => fill(Math.min(BATCH, Number(leaves))));
signAll();
await withWriter(mirror, () => Promise.resolve());
const fillSeconds = (performance.now() - filling) / 1000;

/** As the writer does with what it appends: nobody goes on from leaves that this mirror did not sign. */
function signAll(): void {
  const filled = logSize(database);
  const checkpoint = { origin: log.facts.origin, size: filled, root: rootOf(filled, storedNodes(database)) };
  database.transaction(() => {
    signHead(database, checkpoint, mirror.writerOptions.keys.checkpoints);
  });
}

function fill(most: number): void {
  for (let index = 0; index < most; index++) {
    const n = logSize(database);
    appendLeaf(database, n % OTHERS === 0 ? other(n) : renewal(n));
  }
}

function other(n: number): Buffer {
  const place = { n, mirrorId, at: clock.now(), actor: 'local', cause: null, nonce: randomName() };
  return encodeLeaf({ ...place, type: 'export', body: EXPORT });
}

/** Not checked against its shape: that costs the bench more than what it measures. */
function renewal(n: number): Buffer {
  const file = { version: n, sha256: n.toString(16).padStart(64, '0'), length: 1000, expires: formatDate(clock.now()) };
  const body = {
    ...{ repository: `repository-${String(n % 200)}`, generation: 1, online_epoch: 1, root_version: 1 },
    ...{ snapshot: file, timestamp: file },
  };
  const at = formatDate(clock.now());
  const leaf = { schema: 'countersign-event/1', n, type: 'serve.timestamp', mirror_id: mirrorId, at, cause: null };
  return Buffer.from(canonicalText({ ...leaf, actor: 'system:renewal', nonce: randomName(), body }));
}

function timed(work: () => unknown): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}

const size = logSize(database);
const nodes = storedNodes(database);
const checkpoint = released(database)?.note ?? '';
const at = (round: number): number => Math.floor(((round + 0.5) * size) / Number(rounds));
const steps = Array.from({ length: Number(rounds) }, (_, round) => at(round));
const inclusionMs = steps.map((index) =>
  timed(() =>
    formatProof({ index, hashes: inclusionProof(index, size, nodes), checkpoint, extra: leafBytes(database, index) }),
  ),
);
const consistencyMs = steps.map((from) => timed(() => consistencyProof(from, size, nodes)));

const appendMs: number[] = [];
await withWriter(mirror, async (writer) => {
  for (let round = 0; round < Number(rounds); round++) {
    const before = performance.now();
    await writer.commit({ events: [{ type: 'export', actor: 'local', body: EXPORT }] });
    appendMs.push(performance.now() - before);
  }
});
const verifySeconds = timed(() => new VerifiedLog(RULES).catchUp(database)) / 1000;
const pages = database.one('SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()');
closeMirror(mirror);
answer({
  ...{ leaves: size, fillSeconds, appendMs, inclusionMs, consistencyMs, verifySeconds },
  bytes: Number(pages?.['bytes']),
} satisfies LedgerAnswer);

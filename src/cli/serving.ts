/**
 * The server, put together: lock, leftovers, listeners, the first renewal, and only then answers (docs/design/trust-rules.md). It ends
 * in the reverse order, so that nothing is signed or read after its door is closed.
 */
import type { Loaded } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { officeOf } from '../decide/office.ts';
import type { Mirror } from '../mirror.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { openReader } from '../open.ts';
import { type Address, listen, parseAddress } from '../platform/listen.ts';
import { takeLock } from '../platform/lock.ts';
import { type Log, openLog } from '../platform/log.ts';
import { createAdmin, refusePlaintext } from '../serve/admin/app.ts';
import { Health, type Waiting } from '../serve/admin/health.ts';
import { Metrics } from '../serve/admin/metrics.ts';
import type { Signatures } from '../serve/approvals.ts';
import { RecordBodies } from '../serve/bodies.ts';
import { CollectionHealth, type FailingCollection } from '../serve/collection-health.ts';
import { answerLog } from '../serve/log-answers.ts';
import { PublicAnswers } from '../serve/public.ts';
import { PublishedTrees } from '../serve/published.ts';
import { Readers } from '../serve/readers.ts';
import { RequestCounts } from '../serve/request-counts.ts';
import { statusOf } from '../status.ts';
import { blobDirectory } from './directories.ts';
import type { Invocation } from './invocation.ts';
import { clearLeftoversWhenIdle } from './leftovers.ts';
import { asDocument } from './output.ts';
import { Renewals } from './renewals.ts';
import { ServedView } from './served-view.ts';
import { statusDocument } from './status-document.ts';
import { ownVersion } from '../platform/own-version.ts';

interface Listening {
  readonly address: Address;
  /** How the operator set it, for messages. */
  readonly setting: string;
}

/** Resolves when the process was asked to stop and everything is closed. */
export async function serveUntilStopped(invocation: Invocation, configuration: Loaded): Promise<void> {
  const { settings } = configuration;
  const publicly = listening(configuration, 'listen', settings.listen);
  const privately = listening(configuration, 'admin_listen', settings.adminListen);
  refusePlaintext(privately.address, settings.allowPlaintext);
  const asked = invocation.surroundings.untilAskedToStop();
  await invocation.withMirror(async (mirror) => {
    const closers: (() => unknown)[] = [];
    try {
      const log = openLog({ clock: mirror.clock, level: settings.logLevel, out: invocation.surroundings.err });
      await open({ invocation, mirror, settings, log, closers }, publicly, privately);
      const signal = await asked;
      log.info('stopping', { signal });
    } finally {
      for (const close of closers.reverse()) await close();
    }
  });
}

interface Opening {
  readonly invocation: Invocation;
  readonly mirror: Mirror;
  readonly settings: Settings;
  readonly log: Log;
  /** What to undo at the end, last first. */
  readonly closers: (() => unknown)[];
}

async function open(
  { invocation, mirror, settings, log, closers }: Opening,
  publicly: Listening,
  privately: Listening,
): Promise<void> {
  const { clock } = mirror;
  const lock = await takeLock(mirror.writerOptions.lockDirectory, 'serve', clock, 0);
  closers.push(() => lock.release());
  await clearLeftoversWhenIdle(mirror, settings, log);

  const reader = await openReader(settings.paths);
  closers.push(() => reader.close());
  const bodies = new RecordBodies(reader);
  const signatures = settings.publishApprovals ? signaturesOf(mirror) : undefined;
  const trees = new PublishedTrees({ reader, bodies, clock, log, signatures });
  const counts = { public: new RequestCounts(), admin: new RequestCounts() };
  const renewals = new Renewals(mirror, log);
  const view = new ServedView(reader, trees, clock);
  const health: Health = new Health({
    clock,
    repositories: () => view.repositories(),
    verifyAsClient: (repository) => view.verifyAsClient(repository),
    isReady: () => answers.isReady,
    trouble: () => trees.trouble,
    waiting: () => waitingIn(reader),
  });
  const failing = (): Promise<readonly FailingCollection[]> => view.failingCollections(health);
  const readers = settings.readers && (await Readers.open(settings.readers, clock));
  const publicHealth = new CollectionHealth({ clock, failing, areNamesPublic: !readers });
  const reading = { trees, bodies, blobs: mirror.blobs, counts: counts.public, log, readers, health: publicHealth };
  const answers = new PublicAnswers(reading);
  const admin = createAdmin({
    health,
    metrics: new Metrics({
      reader,
      version: await ownVersion(),
      counts,
      freeBytes: () => mirror.disk.freeBytes(blobDirectory(settings)),
      renewals: () => renewals.counts,
    }),
    status: () => {
      const [now, { keyring }] = [clock.now(), mirror];
      const status = statusOf({ reader, keyring, office: officeOf(mirror, now) }, now);
      return Promise.resolve(asDocument(statusDocument(status)));
    },
    ledger: answerLog({ trees, counts: counts.admin, log }),
    counts: counts.admin,
    log,
  });

  const publicListener = await listen(publicly.address, answers.answer, { clock, setting: publicly.setting });
  closers.push(() => publicListener.close());
  const adminListener = await listen(privately.address, admin, { clock, setting: privately.setting });
  closers.push(() => adminListener.close());
  // The listeners answer “starting” until now: after a long stop, renew first, answer second.
  await renewals.start();
  closers.push(() => renewals.stop());
  closers.push(trees.watch());
  answers.setReady();

  const repositories = view.repositories();
  const facts = { public: publicListener.url, admin: adminListener.url };
  log.info('serving', { ...facts, repositories: repositories.length });
  invocation.announce({
    lines: [
      `Serving ${repositories.length === 0 ? 'nothing yet' : repositories.join(', ')} on ${facts.public}`,
      `Health, metrics and status on ${facts.admin}`,
      ...(mirror.keyring.hasRootOnline ? ['ROOT KEY ONLINE: trial mode.'] : []),
    ],
    document: { ...facts, repositories, rootKeyOnline: mirror.keyring.hasRootOnline },
  });
}

/** Signatures of people and nothing else: the sealed store holds names and reasons as well, which are never public. */
export function signaturesOf({ sealed }: Pick<Mirror, 'sealed'>): Signatures {
  return (digest) => {
    const value = sealed.open(digest);
    return value?.kind === 'signature' ? value.value : undefined;
  };
}

function waitingIn({ log }: LedgerReader): Waiting | undefined {
  const since = log.waitingSince();
  return since && { since, entries: log.size() - (log.released()?.size ?? 0) };
}

function listening({ effective }: Loaded, key: string, text: string): Listening {
  const origin = effective.find((setting) => setting.key === key)?.origin ?? '';
  const setting = origin.startsWith('--') ? origin : key;
  return { address: parseAddress(text, setting), setting };
}

/**
 * A whole mirror, its record written by the real writer, behind both listeners. Witnesses answer unless a test says that
 * they do not: then what is recorded stays unreleased.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { witnessesDigest } from '../../src/gate/subjects.ts';
import type { NewEvent } from '../../src/ledger/transcript.ts';
import type { Witnesses } from '../../src/ledger/release.ts';
import { type Mirror, withWriter } from '../../src/mirror.ts';
import { closeMirror, createDataDirectory, openMirror, openReader } from '../../src/open.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { Disk } from '../../src/platform/disk.ts';
import { listen, type Listener } from '../../src/platform/listen.ts';
import { openLog } from '../../src/platform/log.ts';
import { rotateOnlineKeys } from '../../src/publish/ceremony.ts';
import { renewDue } from '../../src/publish/renew.ts';
import { ServedView } from '../../src/cli/served-view.ts';
import { createAdmin } from '../../src/serve/admin/app.ts';
import { type ClientVerdict, Health } from '../../src/serve/admin/health.ts';
import type { Signatures } from '../../src/serve/approvals.ts';
import { RecordBodies } from '../../src/serve/bodies.ts';
import { CollectionHealth } from '../../src/serve/collection-health.ts';
import { answerLog } from '../../src/serve/log-answers.ts';
import { PublicAnswers } from '../../src/serve/public.ts';
import { PublishedTrees } from '../../src/serve/published.ts';
import type { TokenRules } from '../../src/serve/reader-token.ts';
import { Readers } from '../../src/serve/readers.ts';
import { RequestCounts } from '../../src/serve/request-counts.ts';
import { createKeyring } from '../../src/sign/keyring.ts';
import type { SignedCheckpoint } from '../../src/tlog/checkpoint.ts';
import { openCheckpoint } from '../../src/tlog/checkpoint.ts';
import { noteKey, ED25519, type NoteKey } from '../../src/tlog/note.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { type RepositoryId, repositoryId } from '../../src/tuf/names.ts';
import { FakeClock } from '../simulator/clock.ts';
import { drawFrom } from '../simulator/keys.ts';
import type { Scope } from '../simulator/mirror.ts';
import { MirroredRepository } from '../simulator/mirrored.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { askRaw, type RawAnswer } from './fixture.ts';

/** Where readers are sent for tokens, where a mirror asks for some. */
export const REALM = 'https://auth.example.com/token';

export class LoggedMirror {
  readonly mirror: Mirror;
  readonly clock: FakeClock;
  /** False: too few witnesses answer. */
  isWitnessed = true;
  /** What they answer. */
  cosign: (note: string) => readonly string[] = () => [];
  /** How a client's refresh is tried. */
  verifying: (id: RepositoryId, verify: () => Promise<ClientVerdict>) => Promise<ClientVerdict> = (_id, verify) =>
    verify();
  readonly logged: string[] = [];
  trees!: PublishedTrees;
  #public!: Listener;
  #admin!: Listener;
  readonly #data: string;
  #readers: Readers | undefined;
  readonly #closers: (() => unknown)[] = [];

  private constructor(mirror: Mirror, clock: FakeClock, data: string) {
    const witnesses: Witnesses = {
      haveAnswered: () => this.isWitnessed,
      cosign: ({ note }) => Promise.resolve({ lines: this.cosign(note), isQuorum: this.isWitnessed, missing: [] }),
    };
    this.mirror = { ...mirror, writerOptions: { ...mirror.writerOptions, witnesses } };
    this.clock = clock;
    this.#data = data;
  }

  static async open(
    scope: Scope,
    signatures?: Signatures,
    { readers, clock = new FakeClock() }: { readonly readers?: TokenRules | Readers; readonly clock?: FakeClock } = {},
  ): Promise<LoggedMirror> {
    const parent = await mkdtemp(join(tmpdir(), 'countersign-logged-'));
    const data = join(parent, 'mirror');
    const options = { clock, holder: 'test' };
    await createKeyring(new Disk(), join(data, 'keys'), drawFrom('mirror'), { withRootOnline: true });
    await createDataDirectory({ data }, options, 'online', 'mirror.example/log');
    const mirror = await openMirror({ data }, options);
    const logged = new LoggedMirror(mirror, clock, data);
    logged.#readers = readers && !(readers instanceof Readers) ? new Readers(REALM, readers, clock) : readers;
    await logged.start(signatures);
    scope.after(async () => {
      await logged.stop();
      closeMirror(mirror);
      await rm(parent, { recursive: true });
    });
    return logged;
  }

  /** Another process, which knows what the record says and nothing else. */
  async restart(signatures?: Signatures): Promise<void> {
    await this.stop();
    await this.start(signatures);
  }

  async start(signatures: Signatures | undefined): Promise<void> {
    const { clock, mirror } = this;
    const reader = await openReader({ data: this.#data });
    const log = openLog({ clock, out: { write: (line: string) => this.logged.push(line) } });
    const bodies = new RecordBodies(reader);
    this.trees = new PublishedTrees({ reader, bodies, clock, log, signatures });
    const { trees } = this;
    const counts = new RequestCounts();
    const view = new ServedView(reader, trees, clock);
    const judge: Health = new Health({
      ...{ clock, repositories: () => view.repositories(), isReady: () => true, trouble: () => trees.trouble },
      verifyAsClient: (id) => this.verifying(id, () => view.verifyAsClient(id)),
      waiting: () => undefined,
    });
    const failing = (): ReturnType<ServedView['failingCollections']> => view.failingCollections(judge);
    const health = new CollectionHealth({ clock, failing, areNamesPublic: !this.#readers });
    const readers = this.#readers;
    const answers = new PublicAnswers({ trees, bodies, blobs: mirror.blobs, counts, log, health, readers });
    const admin = createAdmin({
      health: { readiness: () => Promise.resolve({ ready: true, reasons: [], repositories: [] }) },
      metrics: { page: () => Promise.resolve({ type: 'text/plain', text: '' }) },
      status: () => Promise.resolve({}),
      ledger: answerLog({ trees, counts, log }),
      counts,
      log,
    });
    const options = { clock: systemClock, setting: 'test', graceMs: 0 };
    this.#public = await listen({ host: '127.0.0.1', port: 0 }, answers.answer, options);
    this.#admin = await listen({ host: '127.0.0.1', port: 0 }, admin, options);
    this.#closers.push(
      () => reader.close(),
      () => this.#public.close(),
      () => this.#admin.close(),
    );
    trees.refresh();
    answers.setReady();
  }

  async stop(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }

  async enrol(id: string, upstream = new SimulatedUpstream({ seed: id })): Promise<MirroredRepository> {
    if (upstream.author.root.version === 0) upstream.publish();
    const root = upstream.firstRoot;
    const enrolment = {
      id: repositoryId(id),
      upstream: upstream.description,
      rootSha256: sha256(root),
      selection: { kind: 'all' } as const,
      maxUpstreamAgeDays: 90,
      limits: DEFAULT_LIMITS,
      enrolledAt: this.clock.now(),
    };
    await withWriter(this.mirror, (writer) => writer.enrol(enrolment, root, {}));
    return new MirroredRepository(this.mirror, this.clock, enrolment.id, upstream);
  }

  /** Enrols an upstream and publishes its first state. */
  async mirrorOf(id: string, upstream?: SimulatedUpstream): Promise<MirroredRepository> {
    const mirrored = await this.enrol(id, upstream);
    await mirrored.importExpecting('published');
    this.trees.refresh();
    return mirrored;
  }

  /** Appends events as they are. */
  async append(...events: NewEvent[]): Promise<void> {
    await withWriter(this.mirror, (writer) => writer.commit({ events }));
    this.trees.refresh();
  }

  /** From here on publications wait for witnesses. */
  async askWitnesses(): Promise<void> {
    const text = 'quorum none\n';
    const digest = witnessesDigest(text);
    const body = { sha256: digest, text, without_quorum: 'wait', subject_sha256: digest, signatures: [] } as const;
    await this.append({ type: 'witnesses.set', actor: 'local', body });
  }

  /** One timestamp more, of every repository or of one. */
  async renew(only?: RepositoryId, afterMs = 60_000): Promise<void> {
    this.clock.advance(afterMs);
    await withWriter(this.mirror, (writer) => renewDue(this.mirror, writer, { force: true, ...(only && { only }) }));
    this.trees.refresh();
  }

  async rotate(id: RepositoryId): Promise<void> {
    await withWriter(this.mirror, (writer) => rotateOnlineKeys(this.mirror, writer, id));
    this.trees.refresh();
  }

  /** The witnesses are back: the next writer releases what waited. */
  async release(): Promise<void> {
    await withWriter(this.mirror, () => Promise.resolve());
    this.trees.refresh();
  }

  /** As somebody who was told the log’s key knows it. */
  get logKey(): NoteKey {
    return noteKey('mirror.example/log', ED25519, this.mirror.keyring.checkpointSigner().publicKey);
  }

  async ask(path: string, headers?: Record<string, string>, method?: string): Promise<RawAnswer> {
    return askRaw(this.#public.address.port, path, headers, method);
  }

  async askAsAuditor(path: string, headers?: Record<string, string>, method?: string): Promise<RawAnswer> {
    return askRaw(this.#admin.address.port, path, headers, method);
  }

  /** The body of what must be there. */
  async body(path: string): Promise<Buffer> {
    const { status, body } = await this.ask(path);
    if (status !== 200) throw new Error(`${path}: ${String(status)} ${body.toString()}`);
    return body;
  }

  async status(path: string): Promise<number> {
    return (await this.ask(path)).status;
  }

  async checkpoint(): Promise<SignedCheckpoint> {
    return openCheckpoint(await this.body('/log/checkpoint'), this.logKey);
  }
}

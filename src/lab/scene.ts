/**
 * Where an attack takes place: a real mirror over a data directory of its own, made as `init --root-online` makes it, with
 * its key files on disk. Its clock is set by the play, in days before now, because the stock client reads the real one:
 * whatever is old in a play was signed long ago, and nobody’s time is falsified.
 */
import { join } from 'node:path';
import { type Mirror, importUpstream, withWriter } from '../mirror.ts';
import { type DataPaths, closeMirror, createDataDirectory, keysDirectory, openMirror } from '../open.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { Disk } from '../platform/disk.ts';
import { randomName, randomSecret } from '../platform/random.ts';
import { createKeyring } from '../sign/keyring.ts';
import { sha256 } from '../tuf/digest.ts';
import { DEFAULT_LIMITS } from '../tuf/limits.ts';
import { repositoryId } from '../tuf/names.ts';
import { DAY_MS } from '../verify/policy.ts';
import { LabLedger } from './ledger.ts';
import { Office } from './office.ts';
import type { LabPerson } from './person.ts';
import { recordTree } from './record-tree.ts';
import type { ServedTree } from './served-tree.ts';
import { type Loot, Thief } from './thief.ts';
import { LabUpstream } from './upstream.ts';

/** Plays go back so far at most. */
const BEGINNING_DAYS = 300;

class PlayClock implements Clock {
  time: Date;

  constructor(time: Date) {
    this.time = time;
  }

  now(): Date {
    return this.time;
  }

  after(milliseconds: number, task: () => void): () => void {
    return systemClock.after(milliseconds, task);
  }
}

export class Scene {
  /** The moment of the attack. */
  readonly now: Date;
  readonly #ledger = new LabLedger();
  readonly #mirror: Mirror;
  readonly #clock: PlayClock;
  readonly #paths: DataPaths;
  readonly #thieves: Thief[] = [];

  private constructor(now: Date, mirror: Mirror, clock: PlayClock, paths: DataPaths) {
    this.now = now;
    this.#mirror = mirror;
    this.#clock = clock;
    this.#paths = paths;
  }

  static async open(directory: string, now: Date): Promise<Scene> {
    const clock = new PlayClock(new Date(now.getTime() - BEGINNING_DAYS * DAY_MS));
    const paths = { data: join(directory, `mirror-${randomName()}`) };
    // A play leaps over months; nobody’s clock is wrong because of that.
    const options = { clock, holder: 'lab', maxClockJumpDays: 10_000 };
    await createKeyring(new Disk(), keysDirectory(paths), randomSecret, { withRootOnline: true });
    await createDataDirectory(paths, options, 'online');
    return new Scene(now, await openMirror(paths, options), clock, paths);
  }

  daysAgo(days: number): Date {
    return new Date(this.now.getTime() - days * DAY_MS);
  }

  /** A repository of this mirror; empty until its first release. */
  repository(id = 'sample', upstream = new LabUpstream()): LabRepository {
    return new LabRepository(this, { mirror: this.#mirror, clock: this.#clock, ledger: this.#ledger }, id, upstream);
  }

  /** Somebody who has read key files of this mirror. */
  async thief(loot: Loot): Promise<Thief> {
    const thief = await Thief.of(keysDirectory(this.#paths), loot, this.now, this.#ledger);
    this.#thieves.push(thief);
    return thief;
  }

  close(): void {
    for (const thief of this.#thieves) thief.close();
    closeMirror(this.#mirror);
  }
}

interface Site {
  readonly mirror: Mirror;
  readonly clock: PlayClock;
  readonly ledger: LabLedger;
}

export class LabRepository {
  readonly upstream: LabUpstream;
  readonly #scene: Scene;
  readonly #mirror: Mirror;
  readonly #clock: PlayClock;
  readonly #ledger: LabLedger;
  readonly #id;
  #isEnrolled = false;
  #office: Office | undefined;

  constructor(scene: Scene, { mirror, clock, ledger }: Site, id: string, upstream: LabUpstream) {
    this.#scene = scene;
    this.#mirror = mirror;
    this.#clock = clock;
    this.#ledger = ledger;
    this.#id = repositoryId(id);
    this.upstream = upstream;
  }

  /**
   * Upstream publishes what was put, the mirror imports it at the same moment.
   * @param daysAgo never more than at the release before
   * @param roles that are signed anew; new ones always are
   * @returns what the mirror serves from then on
   */
  async release(daysAgo: number, ...roles: string[]): Promise<ServedTree> {
    this.publish(daysAgo, ...roles);
    if (!this.#isEnrolled) await this.#enrol();
    const request = {
      repository: this.#id,
      openSource: () => Promise.resolve(this.upstream),
      decisions: [],
      claim: {},
    };
    let result = await importUpstream(this.#mirror, request);
    if (result.outcome === 'waits' && this.#office) {
      await this.#office.approve(result.import);
      // The same again is published on the word that was given for the first.
      result = await importUpstream(this.#mirror, request);
    }
    if (result.outcome !== 'published') throw new TypeError(`the import ended as ${result.outcome}`);
    return recordTree(this.#mirror, this.#ledger, this.#id);
  }

  /** From now on these people must agree, all of them. */
  async requireApproval(...names: string[]): Promise<readonly LabPerson[]> {
    this.#office = await Office.open(this.#mirror, this.#id, ...names);
    return this.#office.people;
  }

  /** Upstream publishes, and nobody imports it. */
  publish(daysAgo: number, ...roles: string[]): void {
    this.#clock.time = this.#scene.daysAgo(daysAgo);
    this.upstream.author.now = this.#clock.time;
    this.upstream.author.publish(...(roles.length === 0 ? ['targets'] : roles));
  }

  async #enrol(): Promise<void> {
    const root = this.upstream.firstRoot;
    const enrolment = {
      id: this.#id,
      upstream: this.upstream.description,
      rootSha256: sha256(root),
      selection: { kind: 'all' } as const,
      maxUpstreamAgeDays: 90,
      limits: DEFAULT_LIMITS,
      enrolledAt: this.#clock.now(),
    };
    await withWriter(this.#mirror, (writer) => writer.enrol(enrolment, root, {}));
    this.#isEnrolled = true;
  }
}

/** Somebody’s shell beside a mirror of a collection: enrolled and imported in this process, and looked at as people do. */
import type { TestContext } from 'node:test';
import { type ImportResult, importUpstream, type Mirror, withWriter } from '../../src/mirror.ts';
import { closeMirror, openMirror } from '../../src/open.ts';
import { DEFAULT_LIFETIMES } from '../../src/publish/lifetimes.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { SimulatedCollection } from '../simulator/collection.ts';
import { APP, SERVED } from '../simulator/collection-mirror.ts';
import { Workplace } from './workplace.ts';

export class CollectionPlace {
  readonly workplace: Workplace;
  readonly collection: SimulatedCollection;

  private constructor(workplace: Workplace, collection: SimulatedCollection) {
    this.workplace = workplace;
    this.collection = collection;
    workplace.environment['PATH'] = process.env['PATH'] ?? '';
  }

  /** A trial with the collection enrolled; nothing is imported. */
  static async open(context: Pick<TestContext, 'after'>, collection: SimulatedCollection): Promise<CollectionPlace> {
    const workplace = await Workplace.open(context);
    await workplace.succeed('init --root-online');
    const place = new CollectionPlace(workplace, collection);
    await place.#withMirror((mirror) => {
      const enrolment = {
        ...{ id: APP, upstream: 'https://notary.example', selection: { kind: 'none' } as const },
        collection: { name: collection.gun, servedAs: SERVED },
        ...{ rootSha256: sha256(collection.firstRoot), maxUpstreamAgeDays: 90, limits: DEFAULT_LIMITS },
        enrolledAt: workplace.clock.now(),
      };
      return withWriter(mirror, (writer) => writer.enrol(enrolment, collection.firstRoot, {}));
    });
    return place;
  }

  import(): Promise<ImportResult> {
    const openSource = () => Promise.resolve(this.collection);
    return this.#withMirror((mirror) =>
      importUpstream(mirror, { repository: APP, openSource, decisions: [], claim: { ticket: 'CHG-7' } }),
    );
  }

  async #withMirror<Result>(work: (mirror: Mirror) => Promise<Result>): Promise<Result> {
    const { clock } = this.workplace;
    const options = { clock, holder: 'test', lifetimes: DEFAULT_LIFETIMES };
    const mirror = await openMirror({ data: this.workplace.path('data') }, options);
    try {
      return await work(mirror);
    } finally {
      closeMirror(mirror);
    }
  }
}

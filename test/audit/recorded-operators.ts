/** Two people who import and approve recorded states, with the plain readings of the states that answers are held against. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { openDirectorySource } from '../../src/acquire/directory-source.ts';
import { isRefusal, type Refusal } from '../../src/errors.ts';
import { rulesOf, withWriter } from '../../src/mirror.ts';
import { createDataDirectory, openMirror } from '../../src/open.ts';
import { Disk } from '../../src/platform/disk.ts';
import { createKeyring } from '../../src/sign/keyring.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { repositoryId, type Sha256 } from '../../src/tuf/names.ts';
import type { Decision } from '../../src/verify/decisions.ts';
import { AuditedOffice } from './office.ts';
import { watchers } from './watchers.ts';
import { FakeClock } from '../simulator/clock.ts';
import { drawFrom } from '../simulator/keys.ts';
import { decide } from '../simulator/mirrored.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { Archive, type RecordedState } from '../replay/archive.ts';

const DAY = 86_400_000;

interface Brought {
  readonly state: RecordedState;
  /** The import that was published, and when. */
  readonly import: number;
  readonly generation: number;
  readonly publishedAt: Date;
}

interface Listing {
  readonly signed: {
    readonly expires: string;
    readonly version: number;
    readonly targets?: Readonly<Record<string, { readonly hashes: Readonly<Record<string, string>> }>>;
  };
}

/** A plain reading of a state’s file, by JSON.parse and nothing of the product’s. */
export function plainly(state: RecordedState, file: string): Listing['signed'] {
  return (JSON.parse(state.bytes(file).toString('utf8')) as Listing).signed;
}

/** Targets of the top-level role by name, each with the SHA-256 of its bytes: the first states list other hashes only. */
export function targetsOf(state: RecordedState): Map<string, string | undefined> {
  const versions = [...state.paths].flatMap((one) => /^metadata\/(\d+)\.targets\.json$/.exec(one)?.[1] ?? []);
  const { targets = {} } = plainly(state, `metadata/${Math.max(...versions.map(Number))}.targets.json`);
  return new Map(
    Object.entries(targets).map(([name, { hashes }]) => {
      const files = [name, ...Object.values(hashes).map((hash) => `${hash}.${name}`)].map((file) => `targets/${file}`);
      return [name, files.map((file) => state.sha256(file)).find((digest) => digest !== undefined)];
    }),
  );
}

export class TwoOperators {
  readonly archive: Archive;
  readonly office: AuditedOffice;
  readonly brought: Brought[] = [];
  contradiction: Refusal | undefined;
  kept: Buffer = Buffer.alloc(0);

  private constructor(archive: Archive, office: AuditedOffice) {
    this.archive = archive;
    this.office = office;
  }

  static async start(archive: Archive, first: RecordedState): Promise<TwoOperators> {
    const clock = new FakeClock(new Date(first.date.getTime() - DAY));
    const data = join(archive.directory, 'mirror');
    const options = { clock, holder: 'test', maxClockJumpDays: 10_000 };
    await createKeyring(new Disk(), join(data, 'keys'), drawFrom('two operators'), { withRootOnline: true });
    await createDataDirectory({ data }, options, 'online');
    const mirror = await openMirror({ data }, options);
    const root = first.bytes('metadata/1.root.json');
    const id = repositoryId('replay');
    const enrolment = {
      id,
      upstream: 'recorded',
      rootSha256: first.sha256('metadata/1.root.json') as Sha256,
      selection: { kind: 'all' as const },
      maxUpstreamAgeDays: 90,
      limits: DEFAULT_LIMITS,
      enrolledAt: clock.now(),
    };
    await withWriter(mirror, (writer) => writer.enrol(enrolment, root, {}));
    const office = new AuditedOffice(mirror, clock, new SimulatedUpstream(), id);
    for (const name of ['ann', 'bob', 'eve']) await office.add(name, ['approver'], name === 'ann' ? [] : ['ann']);
    await office.add('ivan', ['importer'], ['ann']);
    await office.setPolicy(
      { min_approvers: 2, exclude_importer: true, break_glass: { min_approvers: 1, review_within_days: 2 } },
      ['ann'],
    );
    const { policy, witnesses } = watchers(() => clock.now(), 'audit', 'platform');
    await office.setWitnesses(policy, witnesses, ['ann', 'bob']);
    return new TwoOperators(archive, office);
  }

  /** The import of a state, at its date; what upstream contradicts is refused first, and then accepted by name. */
  async import(state: RecordedState): Promise<number> {
    const { office } = this;
    const directory = mkdtempSync(join(this.archive.directory, `state-${state.seq}-`));
    state.layOut(directory);
    office.clock.step(state.date.getTime() - office.clock.now().getTime());
    office.openSource = () => openDirectorySource(directory);
    const decisions: Decision[] = [];
    for (;;) {
      try {
        const result = await office.import(
          'ivan',
          { ticket: `CHG-${state.seq}`, reason: `state ${state.seq}` },
          decisions,
        );
        assert.ok('import' in result);
        return result.import;
      } catch (error) {
        assert.ok(isRefusal(error, 'TRUST_EQUIVOCATION') && decisions.length === 0, String(error));
        this.contradiction = error;
        decisions.push(...(error.details['roles'] as string[]).map((file) => decide('accept-equivocation', file)));
      }
    }
  }

  async publish(state: RecordedState, number: number): Promise<void> {
    await this.office.publish(number);
    const { statement, at } = rulesOf(this.office.mirror).imports.current(this.office.repository) ?? {};
    assert.ok(statement && at);
    this.brought.push({ state, import: number, generation: statement.generation, publishedAt: at });
  }

  async agree(number: number, ...names: string[]): Promise<void> {
    for (const name of names) await this.office.say('approve', name, number);
  }
}

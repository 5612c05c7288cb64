/**
 * From verified leaves to a checkpoint that others see: signed, remembered in the head file, shown to the witnesses, and
 * only then released. A witness that has seen more than we hold stops everything: we lost data (S-06).
 */
import { Refusal } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { type Hash, type StoredNodes } from '../tlog/tree.ts';
import { release, releasedSize, signCheckpoint } from './checkpoints.ts';
import type { HeadFile } from './head-file.ts';
import type { LedgerKeys } from './keys.ts';
import { storedNodes } from './log-rows.ts';
import type { AnyLog, LogFacts } from './verified-log.ts';

/** Asks the witnesses that the ledger’s own rule names. */
export interface Witnesses {
  /**
   * @param note the checkpoint, signed by the log key
   * @throws STATE_LEDGER_BEHIND when one of them has seen more than we hold
   */
  cosign(request: {
    readonly rule: NonNullable<LogFacts['witnesses']>;
    readonly note: string;
    readonly size: number;
    readonly nodes: StoredNodes;
  }): Promise<Cosigned>;
}

export interface Cosigned {
  readonly lines: readonly string[];
  readonly isQuorum: boolean;
  /** Names of those that did not answer. */
  readonly missing: readonly string[];
}

export interface CheckpointReleaser {
  /** Why the newest leaves are not shown yet. */
  readonly trouble: Refusal | undefined;
  release(): Promise<void>;
}

interface ReleaserOptions {
  readonly log: Pick<AnyLog, 'facts' | 'size' | 'root'>;
  readonly keys: LedgerKeys;
  readonly headFile: HeadFile;
  readonly clock: Clock;
  readonly witnesses?: Witnesses | undefined;
}

export function checkpointReleaser(database: Database, options: ReleaserOptions): CheckpointReleaser {
  let trouble: Refusal | undefined;
  return {
    get trouble() {
      return trouble;
    },
    async release() {
      const { log, keys, headFile, clock } = options;
      const { size } = log;
      if (releasedSize(database) >= size) return;
      const root: Hash = log.root();
      const note = signCheckpoint({ origin: log.facts.origin, size, root }, keys.checkpoints(log.facts.origin));
      // Before anybody can see it: whoever restores an older record from now on is noticed.
      await headFile.write(note, rootVersions(database));
      const cosigned = await askWitnesses(database, options, note, size);
      trouble = cosigned.trouble;
      if (cosigned.isReleasable)
        database.transaction(() => release(database, { size, root }, note, cosigned.lines, clock.now()));
    },
  };
}

async function askWitnesses(
  database: Database,
  { log, witnesses }: ReleaserOptions,
  note: string,
  size: number,
): Promise<{ lines: readonly string[]; isReleasable: boolean; trouble: Refusal | undefined }> {
  const rule = log.facts.witnesses;
  if (!rule) return { lines: [], isReleasable: true, trouble: undefined };
  const { lines, isQuorum, missing } = witnesses
    ? await witnesses.cosign({ rule, note, size, nodes: storedNodes(database) })
    : { lines: [], isQuorum: false, missing: ['all of them'] };
  if (isQuorum) return { lines, isReleasable: true, trouble: undefined };
  const trouble = new Refusal(
    'STATE_WITNESSES',
    `Too few witnesses have seen the checkpoint of ${size} entries; missing: ${missing.join(', ')}.`,
    { details: { size, missing } },
  );
  return { lines, isReleasable: rule.without_quorum === 'publish', trouble };
}

/** Roots cannot be made again with another content: the head file remembers how far each chain has gone. */
function rootVersions(database: Database): Map<string, number> {
  return new Map(
    database
      .all('SELECT repository, root_version FROM current ORDER BY repository')
      .map((row) => [String(row['repository']), Number(row['root_version'])]),
  );
}

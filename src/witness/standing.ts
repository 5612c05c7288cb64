/** How far the log has come, how far others have seen it, and what they need to know of it. */
import { lastCosigned, type LastCosigned, released, releasedSize } from '../ledger/checkpoints.ts';
import { logSize } from '../ledger/log-rows.ts';
import { openNote } from '../tlog/note.ts';
import { parseCheckpoint } from '../tlog/checkpoint.ts';
import { countWitnesses, parseWitnessPolicy, type PolicyWitness } from '../tlog/witness-policy.ts';
import type { Hash } from '../tlog/tree.ts';
import type { Watched } from './watched.ts';

export interface LogStanding {
  readonly origin: string;
  /** Verifier key: what witnesses, clients and auditors write into their configuration. */
  readonly key: string;
  /** Entries, shown or not. */
  readonly size: number;
  /** The newest checkpoint that others may see; undefined before the first. */
  readonly released: ReleasedStanding | undefined;
  readonly witnesses: WitnessesStanding | undefined;
}

export interface ReleasedStanding {
  readonly size: number;
  readonly root: Hash;
  readonly at: string;
  /** The signed note with the witnesses’ lines. */
  readonly note: string;
  /** Of the rule in force, as it calls them. */
  readonly cosignedBy: readonly string[];
  readonly isQuorum: boolean;
}

export interface WitnessesStanding {
  readonly text: string;
  readonly sha256: string;
  readonly withoutQuorum: 'wait' | 'publish';
  readonly quorum: string;
  readonly all: readonly (PolicyWitness & { readonly last: LastCosigned | undefined })[];
}

/** Whether there are entries that nobody was shown yet: too few witnesses have seen them, or a process died before it asked. */
export function hasUnshown({ database }: Pick<Watched, 'database'>): boolean {
  return releasedSize(database) < logSize(database);
}

/** @throws STATE_LEDGER; TRUST_LOG_SIGNATURE for stored lines that were altered */
export function logStanding({ database, log, writerOptions }: Watched): LogStanding {
  log.catchUp(database);
  const { origin, witnesses: rule } = log.facts;
  const policy = rule && parseWitnessPolicy(rule.text);
  const shown = released(database);
  const note = shown && openNote(shown.note);
  const counted = note && policy && countWitnesses(policy, note);
  const keys = policy?.witnesses.map(({ key }) => key) ?? [];
  const last = lastCosigned(database, keys, origin);
  return {
    ...{ origin, key: writerOptions.keys.checkpoints(origin).key.text, size: log.size },
    released: shown &&
      note && {
        ...{ size: shown.size, root: parseCheckpoint(note.body).root, at: shown.at, note: shown.note },
        cosignedBy: counted?.cosigned.map(({ witness }) => witness.name) ?? [],
        isQuorum: counted?.isQuorum ?? true,
      },
    witnesses: rule &&
      policy && {
        ...{ text: rule.text, sha256: rule.sha256, withoutQuorum: rule.without_quorum, quorum: policy.quorum },
        all: policy.witnesses.map((witness) => ({ ...witness, last: last.get(witness.key.text) })),
      },
  };
}

/** What a statement about a publication is about: files by digest, as policy engines look them up. */
import type { Inquiry } from '../inquiry.ts';
import type { JudgedPublication } from '../publications.ts';

export interface Subject {
  readonly name: string;
  readonly digest: Readonly<Record<string, string>>;
}

/** More targets than this are named by their lists. */
export const MOST_TARGETS = 1000;

export function subjectsOf({ chronicle, listings }: Inquiry, { statement }: JudgedPublication): Subject[] {
  const { repo_id: repository, snapshot, timestamp, evidence, import_id } = statement;
  const own = [
    file(`${repository}/${snapshot.version}.snapshot.json`, snapshot.sha256),
    file(`${repository}/${timestamp.version}.timestamp.json`, timestamp.sha256),
    file(`${repository}/upstream/snapshot.json`, evidence.snapshot_sha256),
  ];
  const observation = chronicle.rules.imports.get(import_id)?.observation;
  if (!observation) return own;
  const lists = [
    file(`${repository}/authored.jsonl`, observation.authored_sha256),
    file(`${repository}/carried.jsonl`, observation.carried_sha256),
  ];
  // Before any file is parsed: there may be a million.
  if (observation.targets_count > MOST_TARGETS) return [...own, ...lists];
  const carried = new Map(listings.carried(observation).map(({ role, path, sha256 }) => [`${role}\n${path}`, sha256]));
  const targets = new Map<string, Subject>();
  for (const authored of listings.authored(observation)) {
    for (const { role, path, entry } of listings.targets(repository, authored)) {
      const sha256 = entry.hashes.get('sha256') ?? carried.get(`${role}\n${path}`);
      const sha512 = entry.hashes.get('sha512');
      const digest = { ...(sha256 === undefined ? {} : { sha256 }), ...(sha512 === undefined ? {} : { sha512 }) };
      targets.set(JSON.stringify([path, digest]), { name: path, digest });
    }
  }
  return [...own, ...targets.values()];
}

function file(name: string, sha256: string): Subject {
  return { name, digest: { sha256 } };
}

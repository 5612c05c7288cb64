/**
 * M-10, M-14: two people must agree to each import, and whoever holds the mirror’s keys publishes without them what
 * upstream has really signed. Nothing is forged but the word of the mirror, and then that of the people.
 */
import { PURPOSES } from '../../sshsig/namespaces.ts';
import { canonicalize } from '../../tuf/canonical.ts';
import { sha256 } from '../../tuf/digest.ts';
import { type JsonObject, jsonObject } from '../../tuf/json.ts';
import { approvalsFile } from '../approvals.ts';
import type { ForgedLog } from '../forged-log.ts';
import { type LabPerson, sshSignature } from '../person.ts';
import type { Play, Scenario } from '../play.ts';
import type { Scene } from '../scene.ts';
import { type ServedTree, member, signedOf } from '../served-tree.ts';
import type { Thief } from '../thief.ts';
import { NEW, TOOL, forgery } from './story.ts';

const UNREAD = 'tool 1.2, which nobody here has looked at';

/** On whose word it is published, as the thief’s log has it. */
type Word = 'nobody’s' | 'an earlier one' | 'a forged one';

async function publish(scene: Scene, word: Word): Promise<Play> {
  const repository = scene.repository();
  repository.upstream.put(TOOL, NEW);
  const people = await repository.requireApproval('alice', 'bob');
  const honest = await repository.release(0.01);
  // The mirror’s own program brings it in elsewhere, where nobody is asked; the thief serves it in the other’s place.
  const elsewhere = scene.repository('elsewhere', repository.upstream);
  repository.upstream.put(TOOL, UNREAD);
  const brought = await elsewhere.release(0);
  const thief = await scene.thief('online');
  const generation = Number(member(signedOf(honest.snapshot), 'x-countersign').get('generation')) + 1;
  const tree = thief.sign(honest.answeringWith(brought), (snapshot) => {
    member(snapshot, 'x-countersign').set('repository', honest.repository).set('generation', generation);
  });
  const log = thief.goOn();
  const approved = member(thief.goBackTo(honest).bodyOf('publish'), 'statement');
  const signatures = signaturesIn(honest);
  const rests = word === 'an earlier one' ? approved : newWord(log, word, { approved, people, thief, signatures });
  const published = log.add('publish', (body) => {
    const statement = member(body, 'statement').set('repo_id', honest.repository).set('generation', generation);
    for (const name of ['import_id', 'observation', 'approvals']) statement.set(name, rests.get(name) ?? null);
  });
  const shown = thief.enter(tree, log);
  const file = approvalsFile(shown.log, Number(published.get('index')), (digest) => signatures.get(digest));
  const approvals = { threshold: people.length, keys: people.map(({ key }) => key) };
  return forgery(repository, honest, shown.with(['approvals.json', file]), { gain: [UNREAD], approvals });
}

interface Forging {
  /** The publication that people did agree to. */
  readonly approved: JsonObject;
  readonly people: readonly LabPerson[];
  readonly thief: Thief;
  /** By digest; what is forged goes in. */
  readonly signatures: Map<string, string>;
}

/** Leaves about an import of the thief’s own, and, forged, about people who agreed to it. */
function newWord(log: ForgedLog, word: Word, { approved, people, thief, signatures }: Forging): JsonObject {
  const number = Number(member(log.bodyOf('import.verified'), 'statement').get('import_id'));
  const observation = log.add('import.verified', (body) => {
    member(body, 'statement').set('repo_id', approved.get('repo_id') ?? null);
  });
  const approvals = word === 'a forged one' ? people.map((person) => log.add('approval', forgedBy(person))) : [];
  return jsonObject({ import_id: number, observation, approvals });

  function forgedBy({ key, actor }: LabPerson): (body: JsonObject) => void {
    return (body) => {
      const statement = member(body, 'statement').set('import_id', number).set('observation', observation);
      statement.set('approver', jsonObject({ actor, key: key.fingerprint }));
      // Under the person’s key, which the thief does not have.
      const sign = (bytes: Uint8Array): Uint8Array => thief.own.sign(bytes);
      const armored = sshSignature(key, sign, canonicalize(statement), PURPOSES.importApproval);
      const digest = sha256(Buffer.from(armored));
      signatures.set(digest, armored);
      body.set('signature', jsonObject({ key: key.fingerprint, sshsig_sha256: digest }));
    };
  }
}

/** Everybody can read what people signed: the mirror serves it. */
function signaturesIn(tree: ServedTree): Map<string, string> {
  const document = JSON.parse(Buffer.from(tree.file('approvals.json')).toString('utf8')) as {
    readonly approvals: readonly { readonly signature: string }[];
  };
  return new Map(document.approvals.map(({ signature }) => [sha256(Buffer.from(signature)), signature]));
}

const unapproved: Scenario = {
  id: 'M-10',
  name: 'unapproved',
  attack: 'with the online keys: publishes what upstream has released and nobody here has approved',
  expected: { stock: 'ACCEPTED', pins: 'ACCEPTED', chain: 'ACCEPTED', ledger: 'TRUST_APPROVALS' },
  stage: (scene) => publish(scene, 'nobody’s'),
};

const approvedBefore: Scenario = {
  id: 'M-10',
  name: 'approved-before',
  attack: 'the same, on the approvals that two people gave for the release before',
  expected: { stock: 'ACCEPTED', pins: 'ACCEPTED', chain: 'ACCEPTED', ledger: 'TRUST_APPROVALS' },
  stage: (scene) => publish(scene, 'an earlier one'),
};

const forgedWord: Scenario = {
  id: 'M-14',
  name: 'forged-word',
  attack: 'with the online keys: publishes what nobody has approved, and writes two people’s approvals into its log',
  expected: { stock: 'ACCEPTED', pins: 'ACCEPTED', chain: 'ACCEPTED', ledger: 'TRUST_APPROVALS' },
  stage: (scene) => publish(scene, 'a forged one'),
};

export const UNAPPROVED = [unapproved, approvedBefore];
export const FORGED_WORDS = [forgedWord];

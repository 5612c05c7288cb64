/** Changes of the rules that wait for further signatures, in words: what is asked, who has agreed, who could. */
import { judgeChange } from '../gate/changes.ts';
import type { Rules } from '../gate/rules.ts';
import type { ChangeSubject } from '../ledger/events/statements.ts';
import { type Asking, signaturesIn } from '../publish/authority.ts';
import { printable } from '../tuf/names.ts';
import { calledBy } from './people.ts';

export interface Pending {
  readonly kind: ChangeSubject['kind'];
  readonly subjectSha256: string;
  /** What it would do. */
  readonly text: string;
  /** As it was given; undefined for none, or one that was erased. */
  readonly reason: string | undefined;
  readonly asked: number;
  /** Pseudonyms of those whose signatures count. */
  readonly signedBy: readonly string[];
  readonly missing: number;
}

/** Those that somebody’s signature stands under which still counts. */
export function pendingChanges({ sealed, clock }: Pick<Asking, 'sealed' | 'clock'>, rules: Rules): Pending[] {
  return [...rules.changes.all()].flatMap(({ subject, sha256, signatures }): Pending[] => {
    const { asked, counted, missing } = judgeChange(rules, subject, signaturesIn(sealed), clock.now());
    if (counted.length === 0) return [];
    const signedBy = counted.map(
      (ref) => signatures.find(({ index }) => index === ref.index)?.statement.signer.actor ?? '',
    );
    const reason = subject.reason === null ? undefined : sealed.open(subject.reason)?.value;
    const text = wordsFor({ rules, sealed }, subject);
    return [{ kind: subject.kind, subjectSha256: sha256, text, reason, asked, signedBy, missing }];
  });
}

/** One line, without its reason. */
export function wordsFor(known: { rules: Rules; sealed: Asking['sealed'] }, subject: ChangeSubject): string {
  const { kind, actor, name, key, roles, scope, document_sha256: digest, import_id: number } = subject;
  const who = actor === null ? '' : calledBy(known, actor);
  switch (kind) {
    case 'operator.add': {
      const called = printable(known.sealed.open(name ?? '')?.value ?? actor ?? '');
      return `add the operator ${called} as ${roles.join(', ')}, with the key ${String(key)}`;
    }
    case 'operator.retire':
      return `retire the operator ${who}`;
    case 'key.add':
      return `give the key ${String(key)} to ${who}`;
    case 'key.revoke':
      return `revoke the key ${String(key)} of ${who}`;
    case 'policy.set':
      return `set the policy ${String(digest)} for ${scope === '*' ? 'every repository' : String(scope)}`;
    case 'witnesses.set':
      return `set the witnesses ${String(digest)}`;
    case 'generation.withdraw':
      return `take ${String(scope)} back to import ${String(number)}`;
    case 'breakglass.open':
      return `open the emergency for import ${String(number)} of ${String(scope)}`;
    case 'breakglass.review':
      return `review the emergency of import ${String(number)} of ${String(scope)}`;
    case 'upstream.retire':
      return `retire the upstream of ${String(scope)}, with import ${String(number)} as its end`;
  }
}

/** `countersign guard status`: where guards stand, without asking anybody. */
import { type Refusal, isRefusal } from '../../errors.ts';
import { formatDate } from '../../tuf/dates.ts';
import { type RepositoryId, printable } from '../../tuf/names.ts';
import type { Marks } from '../../client/trust/marks.ts';
import { defineCommand } from '../command.ts';
import { GuardEnrolments } from '../guard-enrolments.ts';
import { type GuardLook, isTrouble, lookAt } from '../guard-look.ts';
import { nameOption } from '../guard-target.ts';
import type { Invocation } from '../invocation.ts';
import { failureDocument, failureLines } from '../output.ts';
import { standingDocument } from '../verdict-document.ts';
import { exceptionLines, standingLines } from '../verdict-lines.ts';
import { plural, relativeTo } from '../words.ts';

/** Marks of delegated roles that are listed; the others are counted. */
const MOST_MARKS = 10;

interface Looked {
  readonly name: RepositoryId;
  /** A refusal when not even the memory can be read. */
  readonly look: GuardLook | Refusal;
}

export const guardStatusCommand = defineCommand<{ readonly name?: string }>({
  name: 'status',
  summary: 'say where guards stand without asking anybody; exit 1 when somebody must act',
  details:
    'Everything that is held is verified again from the pin. Exit 1 when the pin would refuse an answer offline now, ' +
    'when something that was warned of is past, or when held files are damaged.',
  options: [nameOption()],
  examples: ['countersign guard status', 'countersign guard status --name sigstore --json'],
  changesSomething: false,
  async perform(invocation, { name }) {
    const enrolments = await GuardEnrolments.of(invocation);
    const all: Looked[] = [];
    for (const enrolled of await enrolments.meant(name)) {
      all.push({ name: enrolled, look: await look(invocation, enrolments, enrolled) });
    }
    const isOk = all.every((looked) => !isBad(looked));
    const now = invocation.clock.now();
    return {
      lines: all.flatMap((looked) => linesOf(looked, now)),
      document: { ok: isOk, guards: all.map(documentOf) },
      isNo: !isOk,
    };
  },
});

async function look(invocation: Invocation, enrolments: GuardEnrolments, name: RepositoryId): Promise<Looked['look']> {
  try {
    return await lookAt(invocation, await enrolments.one(name));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return error;
  }
}

function isBad({ look }: Looked): boolean {
  return isRefusal(look) || isTrouble(look);
}

function linesOf(looked: Looked, now: Date): string[] {
  const { name, look } = looked;
  const indented = (refusal: Refusal): string[] => failureLines(refusal).map((line) => `  ${line}`);
  if (isRefusal(look)) return [`${name}: CANNOT BE READ`, ...indented(look)];
  const { standing, refusal, delegations, state, files, damaged } = look;
  return [
    `${name}: ${standing ? (isBad(looked) ? 'SOMEBODY MUST ACT' : 'answers offline') : 'NO ANSWER OFFLINE'}`,
    ...(refusal ? indented(refusal) : []),
    ...(delegations && delegations.code !== 'SOURCE_OFFLINE' ? indented(delegations) : []),
    ...(standing ? standingLines(standing) : []),
    ...(state
      ? [
          `  refreshed     ${formatDate(state.refreshedAt)} (${relativeTo(now, state.refreshedAt)})`,
          `  marks         ${marksWords(state.marks)}`,
          `  held          ${plural(files, 'file')}, of them ${plural(state.targets.size, 'target')}`,
        ]
      : []),
    ...(delegations?.code === 'SOURCE_OFFLINE'
      ? ['  delegations   not all are held: for some targets there is no answer offline (guard refresh --all-roles)']
      : []),
    ...damaged.map((digest) => `  DAMAGED       ${digest}: it is fetched again when it is needed`),
    ...(standing ? exceptionLines(standing) : []),
  ];
}

function marksWords({ root, timestamp, snapshot, roles }: Marks): string {
  const listed = [...roles].slice(0, MOST_MARKS).map(([role, version]) => `${printable(role, 60)} ${version}`);
  const more = roles.size - listed.length;
  const top = root > 0 ? [`root ${root}`, `timestamp ${timestamp}`, `snapshot ${snapshot}`] : [];
  return [...top, ...listed, ...(more > 0 ? [`and ${more} more roles`] : [])].join(', ');
}

function documentOf(looked: Looked): object {
  const { name, look } = looked;
  const ok = !isBad(looked);
  const nothing = { standing: undefined, delegations: undefined, refreshed_at: undefined, marks: undefined };
  if (isRefusal(look)) return { name, ok, error: failureDocument(look), ...nothing, held: undefined };
  const { standing, refusal, delegations, state, files, damaged } = look;
  return {
    ...{ name, ok, error: refusal && failureDocument(refusal), standing: standing && standingDocument(standing) },
    delegations: delegations && failureDocument(delegations),
    refreshed_at: state && formatDate(state.refreshedAt),
    marks: state && { ...state.marks, roles: Object.fromEntries(state.marks.roles) },
    held: { files, targets: state?.targets.size ?? 0, damaged },
  };
}

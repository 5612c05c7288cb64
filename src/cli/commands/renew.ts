/** `countersign renew`: one renewal now, for timers and for hands. The server renews by itself. */
import { Option } from 'commander';
import { type Code, Refusal } from '../../errors.ts';
import { type Mirror, withWriter } from '../../mirror.ts';
import { type RenewalOutcome, renewDue } from '../../publish/renew.ts';
import { formatDate } from '../../tuf/dates.ts';
import { type RepositoryId, repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { dueRoles, nextRenewal } from '../due.ts';

interface Given {
  readonly id?: string;
  readonly force?: boolean;
}

interface Outcome extends Omit<RenewalOutcome, 'outcome' | 'code' | 'what'> {
  readonly outcome: RenewalOutcome['outcome'] | 'would-renew';
  readonly code?: string | undefined;
  readonly what?: string | undefined;
}

export const renewCommand = defineCommand<Given>({
  name: 'renew',
  summary: 'issue new timestamps, and whatever else is half way to its expiry',
  details: 'Renewing vouches for nothing new and never moves as-of. It stops when upstream has been silent too long.',
  arguments: [['[id]', 'only this repository']],
  options: [new Option('--force', 'renew the timestamp whether it is due or not')],
  examples: ['countersign renew', 'countersign renew sigstore --force'],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      const only = given.id === undefined ? undefined : requirePublished(mirror, repositoryId(given.id));
      const request = { force: given.force === true, ...(only === undefined ? {} : { only }) };
      const outcomes: Outcome[] = invocation.isRehearsal
        ? rehearse(mirror, request)
        : await withWriter(mirror, (writer) => renewDue(mirror, writer, request));
      const documents = outcomes.map((one) => {
        const next = nextRenewal(mirror.reader, one.repository);
        return { ...one, code: one.code, what: one.what, nextRenewal: next && formatDate(next) };
      });
      return {
        lines: documents.length === 0 ? ['Nothing is published yet.'] : documents.map(describe),
        document: { renewals: documents, dryRun: invocation.isRehearsal },
        firstRefusal: outcomes.find(({ code }) => code !== undefined)?.code as Code | undefined,
      };
    }),
});

function requirePublished({ reader }: Mirror, id: RepositoryId): RepositoryId {
  if (!reader.current(reader.enrolment(id).id))
    throw new Refusal('STATE_NOTHING_PUBLISHED', `${id} has nothing published.`);
  return id;
}

function rehearse(mirror: Mirror, { only, force }: { only?: RepositoryId; force: boolean }): Outcome[] {
  return mirror.reader.currents(only).map(({ repository }) => {
    const roles = dueRoles(mirror, repository, mirror.clock.now());
    const isDue = force || roles.length > 0;
    return {
      repository,
      outcome: isDue ? 'would-renew' : 'not-due',
      issued: force && roles.length === 0 ? ['timestamp'] : roles,
    };
  });
}

function describe(one: Outcome & { readonly nextRenewal: string | undefined }): string {
  const next = one.nextRenewal === undefined ? '' : ` Next renewal after ${one.nextRenewal}.`;
  switch (one.outcome) {
    case 'renewed':
      return `${one.repository}: renewed ${one.issued.join(', ')}.${next}`;
    case 'would-renew':
      return `${one.repository}: would renew ${one.issued.join(', ')}.`;
    case 'not-due':
      return `${one.repository}: nothing is due.${next}`;
    case 'stopped':
    case 'failed':
      return `${one.repository}: ${one.outcome}, ${String(one.code)}: ${String(one.what)}`;
  }
}

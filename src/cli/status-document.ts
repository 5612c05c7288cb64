/** The document of `status --json` and of /api/v1/status: every member always there. */
import type { Office } from '../decide/office.ts';
import type { StatusDocument } from '../status.ts';
import { formatDate } from '../tuf/dates.ts';

export function statusDocument({ office, ...status }: StatusDocument): object {
  const repositories = status.repositories.map(({ policy, ...repository }) => ({
    ...repository,
    policy: policy && {
      scope: policy.scope,
      sha256: policy.sha256,
      minApprovers: policy.policy.min_approvers,
      publish: policy.policy.publish,
    },
    problems: repository.problems.map((problem) => ({ ...problem, role: problem.role })),
  }));
  return { ...status, repositories, office: office && officeDocument(office, new Date(status.at)) };
}

/** Pseudonyms only: this is answered to whoever may ask for the status. */
function officeDocument({ mode, people, emergencies, changes, ledger }: Office, at: Date): object {
  return {
    mode,
    ...people,
    emergencies: emergencies.map(({ repository, import: number, openedAt, reviewBy }) => ({
      repository,
      import: number,
      openedAt: formatDate(openedAt),
      reviewBy: formatDate(reviewBy),
      isOverdue: reviewBy < at,
    })),
    changes: changes.map(({ kind, subjectSha256, asked, signedBy, missing }) => ({
      kind,
      subjectSha256,
      asked,
      signedBy,
      missing,
    })),
    ledger,
  };
}

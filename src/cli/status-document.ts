/** The document of `status --json` and of /api/v1/status: every member always there. */
import type { StatusDocument } from '../status.ts';

export function statusDocument(status: StatusDocument): object {
  const repositories = status.repositories.map((repository) => ({
    ...repository,
    problems: repository.problems.map((problem) => ({ ...problem, role: problem.role })),
  }));
  return { ...status, repositories };
}

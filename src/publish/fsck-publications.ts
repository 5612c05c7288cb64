/**
 * Whether what was issued, reserved and made current is still what the events say. A table that was edited could make a
 * renewal wait for ever, a version be signed twice, or an older state be served as the newest (S-04, S-10).
 */
import type { Database, Row } from '../platform/database.ts';
import { formatDate } from '../tuf/dates.ts';
import { type Json, parseJson } from '../tuf/json.ts';

/** One mirror role as an event names it. */
interface Told {
  readonly repository: string;
  readonly role: string;
  readonly version: number;
  readonly sha256: string;
  readonly generation: number;
  readonly at: string;
}

const MOST_PROBLEMS = 20;

export function publicationProblems(database: Database): string[] {
  const told = toldByEvents(database);
  const rows = database.all(
    'SELECT repository, role, epoch, version, generation, file_sha256, expires, at FROM issued',
  );
  const issued = new Map(rows.map((row) => [`${String(row['role'])} ${String(row['file_sha256'])}`, row]));
  const problems = told.flatMap((one) => issuedProblems(database, one, issued.get(`${one.role} ${one.sha256}`)));
  if (rows.length !== told.length)
    problems.push(`The record has ${rows.length} issued files and events of ${told.length}.`);
  return [...problems, ...pointerProblems(database, told), ...datesOfGenerations(database)].slice(0, MOST_PROBLEMS);
}

/** Whether every limit that was raised is the one that its event says. */
export function limitProblems(database: Database): string[] {
  const events = database.all("SELECT repository, body FROM event WHERE kind = 'limits-set' ORDER BY idx");
  const told = events.flatMap(({ repository, body }) =>
    textsOf(bodyOf(body).get('limits')).map((limit) => `${String(repository)} ${limit}`),
  );
  const rows = database.all('SELECT repository, name, value FROM repository_limit ORDER BY number');
  const actual = rows.map((row) => `${String(row['repository'])} ${String(row['name'])}=${String(row['value'])}`);
  return actual.join('\n') === told.join('\n') ? [] : ['The limits of a repository are not what their events say.'];
}

function toldByEvents(database: Database): Told[] {
  const events = database.all(
    "SELECT at, repository, body FROM event WHERE kind IN ('generation-published', 'renewed') ORDER BY idx",
  );
  return events.flatMap(({ at, repository, body }) => {
    const members = bodyOf(body);
    return textsOf(members.get('issued')).map((label) => {
      const [name = '', sha256 = ''] = label.split(' sha256:');
      const [role = '', version = ''] = name.split('@');
      return {
        repository: String(repository),
        role,
        version: Number(version),
        sha256,
        generation: Number(members.get('generation')),
        at: formatDate(new Date(String(at))),
      };
    });
  });
}

function issuedProblems(database: Database, told: Told, row: Row | undefined): string[] {
  const { repository, role, version, sha256, generation, at } = told;
  const name = `The ${role} version ${version} of ${repository}`;
  const isSame =
    row?.['repository'] === repository &&
    row['version'] === version &&
    row['generation'] === generation &&
    row['at'] === at &&
    row['expires'] === signedExpiry(database, sha256);
  if (!isSame) return [`${name} is not what its event says.`];
  const isReserved = database.one(
    'SELECT 1 FROM reservation WHERE repository = ? AND role = ? AND epoch = ? AND version = ?',
    repository,
    role,
    row['epoch'] ?? null,
    version,
  );
  return role === 'root' || isReserved ? [] : [`${name} was issued and is not reserved.`];
}

/** As the file itself says; the file’s own digest is checked elsewhere. */
function signedExpiry(database: Database, sha256: string): Json | undefined {
  const bytes = database.one('SELECT bytes FROM file WHERE sha256 = ?', sha256)?.['bytes'];
  try {
    const file = bytes instanceof Uint8Array ? parseJson(bytes, 'an issued file') : undefined;
    const signed = file instanceof Map ? file.get('signed') : undefined;
    return signed instanceof Map ? signed.get('expires') : undefined;
  } catch {
    return undefined;
  }
}

/** The last that the events name of each kind must be what is current. */
function pointerProblems(database: Database, told: readonly Told[]): string[] {
  return database.all('SELECT * FROM current').flatMap((row) => {
    const own = told.filter(({ repository }) => repository === row['repository']);
    const last = (role: string): number | undefined => own.filter((one) => one.role === role).at(-1)?.version;
    const isSame =
      own.at(-1)?.generation === row['generation'] &&
      (['root', 'snapshot', 'timestamp'] as const).every((role) => last(role) === row[`${role}_version`]);
    return isSame ? [] : [`What ${String(row['repository'])} publishes is not what was published last.`];
  });
}

function datesOfGenerations(database: Database): string[] {
  const rows = database.all(
    `SELECT g.repository, g.number, g.created_at, e.at FROM generation g LEFT JOIN event e
       ON e.kind = 'generation-published' AND e.repository = g.repository AND e.body ->> 'generation' = g.number`,
  );
  return rows
    .filter((row) => row['at'] === null || formatDate(new Date(String(row['at']))) !== row['created_at'])
    .map((row) => `Generation ${Number(row['number'])} of ${String(row['repository'])} is not dated as its event is.`);
}

function bodyOf(body: unknown): ReadonlyMap<string, Json> {
  const parsed = parseJson(Buffer.from(String(body)), 'an event');
  return parsed instanceof Map ? parsed : new Map<string, Json>();
}

function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

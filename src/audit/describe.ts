/**
 * One event in words, and what it is about. Pseudonyms stand in braces, so that whoever shows the words decides whether
 * names are opened: `{a-0123…} approved import 3`. No other brace is in them, or upstream’s text could name somebody.
 */
import type { AnyEvent } from '../ledger/events/leaf.ts';
import type { ChangeSubject, IssuedRef } from '../ledger/events/statements.ts';
import type { EventBody } from '../ledger/events/types.ts';

export interface Described {
  /** Everybody whose event it is, or whom it is about. */
  readonly actors: readonly string[];
  readonly repository?: string;
  readonly import?: number;
  readonly generation?: number;
  readonly ticket?: string;
  /** Commitment to a reason or comment. */
  readonly reason?: string;
  readonly text: string;
}

/** The words with names, or pseudonyms, in the places of braces. */
export function inWords({ text }: Described, shown: (actor: string) => string): string {
  return text.replace(/\{([^{}]*)\}/g, (_, actor: string) => shown(actor));
}

export function describe(event: AnyEvent): Described {
  const described = describeBody(event);
  const actors = [...new Set([event.actor, ...described.actors])];
  return { ...described, actors };
}

function describeBody(event: AnyEvent): Described {
  switch (event.type) {
    case 'genesis':
      return plain(`the log ${quoted(event.body.origin)} begins, with ${event.body.root_keys} root keys`);
    case 'software.upgrade':
      return plain(`goes on with version ${quoted(event.body.version)}, after ${quoted(event.body.previous)}`);
    case 'upstream.enrol':
      return about(event.body.repository, `enrolled ${enrolled(event.body)}`);
    case 'limits.set':
      return {
        ...about(event.body.repository, `set limits: ${namesOf(event.body.limits)}`),
        reason: event.body.reason,
      };
    case 'clock.step':
      return { ...plain(`went on with a clock that had stepped`), reason: event.body.reason };
    case 'recovery':
      return {
        ...plain(
          `went on with a restored record; ${event.body.events_lost} events lost; log ${quoted(event.body.origin)}`,
        ),
        reason: event.body.reason,
      };
    case 'witness.unreachable':
      return plain(`witnesses did not answer about ${event.body.size} entries (${event.body.without_quorum})`);
    case 'export':
      return plain(`exported entries ${event.body.from} to ${event.body.to - 1} (${event.body.kind})`);
    case 'redaction':
      return plain(`erased the sealed value ${event.body.commitment} (${event.body.ground})`);
    case 'equivocation': {
      const { repository, import: number, files } = event.body;
      return { ...about(repository, `upstream contradicted itself: ${files.map(quoted).join(', ')}`), import: number };
    }
    default:
      return describeServing(event) ?? describeImport(event) ?? describeRules(event);
  }
}

function describeServing(event: AnyEvent): Described | undefined {
  switch (event.type) {
    case 'serve.timestamp': {
      const { repository, generation, timestamp, snapshot } = event.body;
      return { ...about(repository, `timestamp ${said(timestamp)} over snapshot ${snapshot.version}`), generation };
    }
    case 'root.issued': {
      const { repository, generation, root } = event.body;
      return { ...about(repository, `root ${said(root)} was issued`), generation };
    }
    case 'publish': {
      const { repo_id, generation, import_id, break_glass, withdrawal, approvals } = event.body.statement;
      const ground = break_glass
        ? 'in an emergency'
        : withdrawal
          ? 'by a withdrawal'
          : `with ${approvals.length} approvals`;
      const text = `import ${import_id} was published as generation ${generation} ${ground}`;
      return { ...about(repo_id, text), import: import_id, generation };
    }
    default:
      return undefined;
  }
}

function describeImport(event: AnyEvent): Described | undefined {
  switch (event.type) {
    case 'import.claimed': {
      const { repo_id, importer, reason, source } = event.body.statement;
      const from = source.uri === null ? 'a folder' : quoted(source.uri);
      const claim = { ...about(repo_id, `{${importer.actor}} began an import from ${from}`), actors: [importer.actor] };
      return {
        ...claim,
        ...(reason.ticket !== null && { ticket: reason.ticket }),
        ...(reason.text !== null && { reason: reason.text }),
      };
    }
    case 'import.verified':
    case 'import.rejected': {
      const { repo_id, import_id, outcome, reject_codes } = event.body.statement;
      const text = `import ${import_id} was ${[outcome, ...reject_codes].join(', ')}`;
      return { ...about(repo_id, text), import: import_id };
    }
    case 'approval': {
      const { repo_id, import_id, decision, approver, as_role, comment } = event.body.statement;
      const verb = { approve: 'approved', reject: 'rejected', withdraw: 'took back the word on' }[decision];
      const as = as_role === null ? '' : ` for ${quoted(as_role)}`;
      const about_ = { ...about(repo_id, `{${approver.actor}} ${verb} import ${import_id}${as}`), import: import_id };
      return { ...about_, actors: [approver.actor], ...(comment !== null && { reason: comment }) };
    }
    default:
      return undefined;
  }
}

function describeRules(event: AnyEvent): Described {
  switch (event.type) {
    case 'change.signed': {
      const { signer, subject } = event.body.statement;
      return ofSubject(subject, signer.actor);
    }
    case 'actor.add':
      return whom(event.body.actor, `was recorded as ${event.body.roles.map(quoted).join(', ')}`);
    case 'actor.retire':
      return { ...whom(event.body.actor, 'was retired'), reason: event.body.reason };
    case 'key.add':
      return whom(event.body.actor, `may sign with ${event.body.key}`);
    case 'key.revoke':
      return { ...whom(event.body.actor, `may no longer sign with ${event.body.key}`), reason: event.body.reason };
    case 'policy.set':
      return { ...plain(`policy ${event.body.sha256.slice(0, 12)} was set for ${quoted(event.body.scope)}`) };
    case 'witnesses.set':
      return plain(`the witnesses were set (without a quorum: ${event.body.without_quorum})`);
    case 'withdraw.generation': {
      const { repository, generation, to_import, reason } = event.body;
      const text = `generation ${generation} is taken back, for the content of import ${to_import}`;
      return { ...about(repository, text), import: to_import, generation, reason };
    }
    case 'breakglass.open': {
      const { repository, import: number, reason, review_by } = event.body;
      const text = `an emergency was opened for import ${number}, to be reviewed by ${review_by}`;
      return { ...about(repository, text), import: number, reason };
    }
    case 'breakglass.review':
      return { ...plain(`the emergency of entry ${event.body.opened.index} was reviewed`), reason: event.body.reason };
    case 'upstream.retire': {
      const { repository, import: number, reason } = event.body;
      return { ...about(repository, `upstream was retired: import ${number} is final`), import: number, reason };
    }
    default:
      return plain(event.type);
  }
}

function ofSubject({ kind, actor, scope, import_id, reason }: ChangeSubject, signer: string): Described {
  const whose = actor === null ? '' : ` about {${actor}}`;
  const where = scope === null ? '' : ` for ${quoted(scope)}`;
  const what = import_id === null ? '' : ` and import ${import_id}`;
  return {
    actors: actor === null ? [signer] : [signer, actor],
    ...(scope !== null && scope !== '*' && { repository: scope }),
    ...(import_id !== null && { import: import_id }),
    ...(reason !== null && { reason }),
    text: `{${signer}} signed for a change: ${kind}${whose}${where}${what}`,
  };
}

function plain(text: string): Described {
  return { actors: [], text };
}

function about(repository: string, text: string): Described {
  return { actors: [], repository, text };
}

function whom(actor: string, text: string): Described {
  return { actors: [actor], text: `{${actor}} ${text}` };
}

function said({ version, sha256 }: IssuedRef): string {
  return `${String(version)} (${sha256.slice(0, 12)})`;
}

function enrolled({ upstream, collection }: EventBody<'upstream.enrol'>): string {
  if (!collection) return quoted(upstream);
  return `the collection ${quoted(collection.name)} of ${quoted(upstream)}, served as ${quoted(collection.served_as)}`;
}

function namesOf(limits: Readonly<Record<string, number>>): string {
  return Object.entries(limits)
    .map(([name, value]) => quoted(`${name}=${String(value)}`))
    .join(', ');
}

/** Text that somebody else chose: it ends where it says, and its braces name nobody. */
function quoted(text: string): string {
  return `“${text.replace(/[{}]/g, (brace) => (brace === '{' ? '(' : ')')).replace(/[“”]/g, '"')}”`;
}

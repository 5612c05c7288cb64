/** docs/reference/ledger-events.md, from the shapes that every leaf is checked against when it is written and read. */
import { policy } from '../../src/ledger/events/policy.ts';
import * as shapes from '../../src/ledger/events/shapes.ts';
import * as statements from '../../src/ledger/events/statements.ts';
import { EVENTS, type EventType } from '../../src/ledger/events/types.ts';
import { EVENT_WORDS, MEMBER_WORDS, STATEMENT_WORDS } from './ledger-events-words.ts';

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | false;
  readonly items?: Schema;
  readonly maxItems?: number;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly maxLength?: number;
}

const INTRODUCTION = `# Ledger events

Every entry of the ledger is one event: one line of RFC 8785 JSON (sorted ASCII member names, whole numbers, no floats) of at most 65,535 bytes, checked against the shape below when it is written and when it is read. Every member is always there, \`null\` where it does not apply, and none beside them: an event that says less, or more, is another event. A type is never renamed and a body never read differently, because entries stay for ever.

The hash of an entry is SHA-256(0x00 ‖ its exact bytes), and the tree over them that of RFC 6962. Beside the address or folder of upstream itself, as it was enrolled, nothing in an entry names a place, a person, or says what somebody wrote: there are pseudonyms, fingerprints, and commitments to values that lie in \`sealed.sqlite\` and can be erased.

A commitment is SHA-256(0x73 ‖ salt ‖ JSON of the text), with 32 random bytes of salt. Whoever is shown value and salt can compute it; of an erased value it says nothing.

## Around every event

| member | form | meaning |
| --- | --- | --- |
| \`schema\` | \`countersign-event/1\` | |
| \`n\` | number | its own index: an entry that was moved contradicts itself |
| \`type\` | text | one of the types below |
| \`mirror_id\` | 16 bytes, hex | whose log this is: the \`installation\` of the first entry |
| \`at\` | time | received_at: this mirror’s clock when it was appended |
| \`actor\` | actor | \`local\` (the account of the machine), \`system:JOB\`, or a person’s pseudonym \`a-…\` |
| \`cause\` | digest, or null | hash of the entry that led to this one |
| \`nonce\` | 16 bytes, hex | random, so that a hash that is shown says nothing about its entry |
| \`body\` | object | by the type |

## Who signs what

| statement | signed by | how |
| --- | --- | --- |
| [import-claim/1](#import-claim1) | the importer | SSHSIG, \`import-claim.v1@countersign\` |
| [import-approval/1](#import-approval1) | the approver | SSHSIG, \`import-approval.v1@countersign\` |
| [policy-change/1](#policy-change1) | an approver | SSHSIG, \`policy-change.v1@countersign\`; for emergencies \`break-glass.v1@countersign\` |
| [import-observation/1](#import-observation1) | the attestation key of the first entry | DSSE, \`application/vnd.countersign.observation.v1+json\` |
| [publication/1](#publication1) | the attestation key | DSSE, \`application/vnd.countersign.publication.v1+json\` |

What is signed is the statement alone, in its canonical form; what a signature was made over can be computed from the entry. People’s signatures lie in \`sealed.sqlite\` under their SHA-256. The server’s stand in the entry: \`keyid\` is the SHA-256 of the key’s SPKI.
`;

const STATEMENTS: Readonly<Record<string, shapes.Shape<unknown>>> = {
  'import-claim/1': statements.importClaim,
  'import-observation/1': statements.importObservation,
  'import-approval/1': statements.importApproval,
  'policy-change/1': statements.changeStatement,
  'publication/1': statements.publication,
  'countersign-policy/1': policy,
};

/** What members are made of, by the shape that they share. */
const FORMS = new Map<object, string>([
  [shapes.count.schema, 'number, 0 or more'],
  [shapes.whole.schema, 'whole number'],
  [shapes.yesOrNo.schema, '`true` or `false`'],
  [shapes.digest.schema, 'digest'],
  [shapes.nonce.schema, '16 bytes, hex'],
  [shapes.time.schema, 'time'],
  [shapes.actor.schema, 'actor'],
  [shapes.fingerprint.schema, 'fingerprint'],
  [shapes.repository.schema, 'repository id'],
  [shapes.leafRef.schema, '[entry](#small-shapes)'],
  [shapes.issuedFile.schema, '[issued file](#small-shapes)'],
  [shapes.personSignature.schema, '[person’s signature](#small-shapes)'],
  [shapes.serverSignature.schema, '[server’s signature](#small-shapes)'],
  [statements.madeDecision.schema, '[decision](#small-shapes)'],
  [statements.changeSubject.schema, '[subject](#subject-of-a-change)'],
  ...Object.entries(STATEMENTS).map(([name, { schema }]): [object, string] => [
    schema,
    `[${name}](#${name.replace('/', '')})`,
  ]),
]);

const SMALL: Readonly<Record<string, shapes.Shape<unknown>>> = {
  entry: shapes.leafRef,
  'issued file': shapes.issuedFile,
  'person’s signature': shapes.personSignature,
  'server’s signature': shapes.serverSignature,
  decision: statements.madeDecision,
};

export function ledgerEventsPage(): string {
  const events = (Object.keys(EVENTS) as EventType[]).flatMap((type) => [
    `### ${type}`,
    '',
    EVENT_WORDS[type],
    '',
    table(EVENTS[type], type),
    '',
  ]);
  const said = Object.entries(STATEMENTS).flatMap(([name, shape]) => [
    `### ${name}`,
    '',
    STATEMENT_WORDS[name] ?? '',
    '',
    table(shape, name),
    '',
  ]);
  const small = Object.entries(SMALL).map(([name, shape]) => `- **${name}**: ${membersInWords(shape)}`);
  return [
    INTRODUCTION,
    '## Events',
    '',
    ...events,
    '## Statements',
    '',
    ...said,
    '### Subject of a change',
    '',
    'What a change to the rules would do. Everybody who agrees signs the same one.',
    '',
    table(statements.changeSubject, 'subject'),
    '',
    '## Small shapes',
    '',
    'A digest is SHA-256 as 64 lower-case hexadecimal digits; a time is RFC 3339 UTC with whole seconds and `Z`; a fingerprint is `SHA256:…` as `ssh-keygen -l` prints it.',
    '',
    ...small,
    '',
  ].join('\n');
}

/** Every `type.member` of the page: what words may be about. */
export function membersOfPage(): string[] {
  const of = (shape: shapes.Shape<unknown>, name: string): string[] =>
    flat(shape.schema, '').map(([path]) => `${name} ${path}`);
  return [
    ...Object.entries(EVENTS).flatMap(([type, shape]) => of(shape, type)),
    ...Object.entries(STATEMENTS).flatMap(([name, shape]) => of(shape, name)),
    ...of(statements.changeSubject, 'subject'),
  ];
}

function table(shape: shapes.Shape<unknown>, name: string): string {
  const rows = flat(shape.schema, '').map(([path, form]) => {
    const words = MEMBER_WORDS[`${name} ${path}`] ?? MEMBER_WORDS[path] ?? '';
    return `| \`${path}\` | ${form} | ${words} |`;
  });
  return ['| member | form | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

/** Members in the order of the shape, those of objects with a dot. */
function flat(schema: Schema, prefix: string): [path: string, form: string][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]): [string, string][] => {
    const path = `${prefix}${name}`;
    const inner = withoutNull(member);
    if (FORMS.has(inner) || !inner.properties) return [[path, formOf(member)]];
    return [[path, inner === member ? 'object' : 'object, or null'], ...flat(inner, `${path}.`)];
  });
}

function withoutNull(schema: Schema): Schema {
  return schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
}

function formOf(schema: Schema): string {
  const known = FORMS.get(schema);
  if (known !== undefined) return known;
  if (schema.anyOf) return `${formOf(withoutNull(schema))}, or null`;
  if (schema.enum) return schema.enum.map((word) => `\`${word}\``).join(', ');
  if (schema.items) return `list of ${formOf(schema.items)}, at most ${String(schema.maxItems)}`;
  if (schema.additionalProperties) return 'numbers by name';
  if (schema.type === 'string' && schema.maxLength !== undefined)
    return `text, at most ${String(schema.maxLength)} characters`;
  return schema.type ?? 'anything';
}

function membersInWords({ schema }: shapes.Shape<unknown>): string {
  return flat(schema, '')
    .map(([path, form]) => `\`${path}\` (${form})`)
    .join(', ');
}

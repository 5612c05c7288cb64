/**
 * Entries as JSON Lines: the authoritative export. Each line carries the exact text of its entry as one JSON string, so that
 * `leaf_hash` = SHA-256(0x00 ‖ UTF-8 of `leaf`) can be computed by anybody.
 */
import { decodeLeaf } from '../../ledger/events/leaf.ts';
import { leafHash } from '../../tlog/tree.ts';
import { formatDate } from '../../tuf/dates.ts';
import { encodeHex } from '../../tuf/encoding.ts';
import { describe, inWords } from '../describe.ts';
import type { Inquiry } from '../inquiry.ts';
import { timesOf } from '../times.ts';
import { csvLine } from './csv.ts';
import { entriesIn, type Stretch } from './stretch.ts';

/** What steers a terminal stands inside a string here, where this is another spelling of the same. */
const STEERING = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

export function jsonLine(value: object): string {
  const text = JSON.stringify(value, (_, member: unknown) => (member === undefined ? null : member));
  return `${text.replace(STEERING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}

export function* jsonLines(inquiry: Inquiry, stretch: Stretch, now: Date): Generator<string> {
  const { checkpoint, from, to } = stretch;
  yield jsonLine({
    ...{ kind: 'header', format: 'countersign-audit-export/1', origin: checkpoint.origin },
    log_key: logKeyOf(inquiry),
    ...{ checkpoint_size: checkpoint.size, checkpoint_root: checkpoint.root, checkpoint: checkpoint.note },
    ...{ exported_at: formatDate(now), from, to },
  });
  for (const { index, body } of entriesIn(inquiry.record.database, stretch)) {
    const seen = inquiry.witnessed.of(index);
    yield jsonLine({
      ...{ kind: 'entry', entry: index, leaf_hash: encodeHex(leafHash(Buffer.from(body, 'utf8'))) },
      ...{ witnessed_at: seen && formatDate(seen), leaf: body },
    });
  }
}

/** Under the newest of the log’s names. */
export function logKeyOf({ chronicle }: Inquiry): string {
  return chronicle.told('recovery').at(-1)?.event.body.log_key ?? chronicle.rules.genesis.logKey;
}

const COLUMNS = [
  ...['entry', 'type', 'claimed_at', 'received_at', 'witnessed_at', 'actor', 'person', 'repository', 'import'],
  ...['generation', 'ticket', 'what', 'leaf_hash'],
];

/** @param withNames opens names: then the file holds personal data */
export function* csvLines(inquiry: Inquiry, stretch: Stretch, now: Date, withNames: boolean): Generator<string> {
  const { checkpoint, from, to } = stretch;
  const line = (...cells: readonly (string | number | undefined)[]): string => csvLine(cells, COLUMNS.length);
  yield line('format', 'countersign-audit-export/1');
  yield line('origin', checkpoint.origin);
  yield line('checkpoint_size', checkpoint.size);
  yield line('checkpoint_root', checkpoint.root);
  yield line('exported_at', formatDate(now));
  yield line('entries', from, to);
  yield line(...COLUMNS);
  const shown = (actor: string): string => (withNames ? inquiry.names.shown(actor) : actor);
  for (const { index, body } of entriesIn(inquiry.record.database, stretch)) {
    const bytes = Buffer.from(body, 'utf8');
    const event = decodeLeaf(bytes, index);
    const told = describe(event);
    const { claimed_at, received_at, witnessed_at } = timesOf(event, inquiry.witnessed);
    const person = told.actors.find((actor) => actor.startsWith('a-'));
    yield line(
      ...[index, event.type, claimed_at, received_at, witnessed_at, event.actor],
      ...[withNames && person !== undefined ? inquiry.names.of(person).name : undefined, told.repository, told.import],
      ...[told.generation, told.ticket, inWords(told, shown), encodeHex(leafHash(bytes))],
    );
  }
}

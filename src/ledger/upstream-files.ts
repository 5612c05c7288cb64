/** Upstream's files as they lie in the record, read in the dialect of their repository. */
import { type NotaryTargets, type ParsedNotary, parseNotaryTargets } from '../notary/metadata.ts';
import { type Parsed, type Targets, parseTargets } from '../tuf/metadata.ts';
import type { RoleName } from '../tuf/names.ts';
import type { Enrolment } from './records.ts';

export type Reading = Pick<Enrolment, 'limits' | 'collection'>;

/** Targets or a delegated role. @throws TRUST_* for bytes that are no such file of this dialect */
export function readAuthored(
  bytes: Uint8Array,
  role: RoleName,
  { limits, collection }: Reading,
): Parsed<Targets> | ParsedNotary<NotaryTargets> {
  return collection ? parseNotaryTargets(bytes, role, limits) : parseTargets(bytes, role, limits);
}

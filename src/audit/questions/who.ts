/**
 * Who brought this in? By the name of a target, or by the digest of a target or of a metadata file: the first import that
 * listed it, the first that carried it, and every generation in which clients could have received it.
 */
import type { ImportRecord } from '../../gate/records.ts';
import type { LedgerEvent } from '../../ledger/events/leaf.ts';
import type { EventBody } from '../../ledger/events/types.ts';
import { isSha256, metadataFileName } from '../../tuf/names.ts';
import type { Inquiry } from '../inquiry.ts';
import { servedPeriods } from '../serving.ts';
import {
  importDocument,
  type ImportDocument,
  publicationDocument,
  type PublicationDocument,
} from './import-document.ts';

/** `target`: upstream’s; `metadata`: upstream’s; `issued`: root, snapshot or timestamp of this mirror. */
type Kind = 'target' | 'metadata' | 'issued';

export interface WhoMatch {
  readonly repository: string;
  /** The collection that the repository is, by its name upstream: its targets are tags of it. */
  readonly collection: string | undefined;
  readonly kind: Kind;
  /** A target’s path, or a metadata file’s name. */
  readonly name: string;
  readonly sha256: string | undefined;
  /** The role that lists the target, or whose file it is. */
  readonly role: string;
  /** Undefined for what this mirror issued. */
  readonly first_import: ImportDocument | undefined;
  /** Of a target: the first import that carried its bytes. */
  readonly first_carried_by: number | undefined;
  readonly publications: readonly PublicationDocument[];
}

export interface WhoAnswer {
  readonly asked: string;
  readonly matches: readonly WhoMatch[];
}

interface Sighting {
  readonly repository: string;
  readonly kind: Kind;
  readonly name: string;
  readonly sha256: string | undefined;
  readonly role: string;
  readonly imports: number[];
  carriedBy: number | undefined;
  /** Of what this mirror issued. */
  readonly generations: number[];
}

export function whoBroughtIn(inquiry: Inquiry, text: string): WhoAnswer {
  const asked = digestIn(text) ?? text;
  const search = new Search(inquiry, asked);
  const { rules, publications } = inquiry.chronicle;
  for (const record of rules.imports.all()) search.import(record);
  const periods = servedPeriods(inquiry.record, inquiry.chronicle, (event) => search.timestamp(event));
  for (const { event } of inquiry.chronicle.told('root.issued')) search.root(event.body);
  const matches = search.sightings().map((found): WhoMatch => {
    const first = rules.imports.get(found.imports[0] ?? -1);
    const shown = publications.filter(
      ({ statement }) =>
        statement.repo_id === found.repository &&
        (found.imports.includes(statement.import_id) || found.generations.includes(statement.generation)),
    );
    return {
      ...{
        repository: found.repository,
        collection: inquiry.listings.collectionOf(found.repository),
        kind: found.kind,
        name: found.name,
        sha256: found.sha256,
        role: found.role,
      },
      first_import: first && importDocument(inquiry, first),
      first_carried_by: found.carriedBy,
      publications: shown.map((one) => publicationDocument(inquiry, one, periods)),
    };
  });
  return { asked, matches };
}

/** 64 hexadecimal digits, or an image’s digest as registries write it. */
export function digestIn(text: string): string | undefined {
  const digits = text.toLowerCase().replace(/^sha256:/, '');
  return isSha256(digits) ? digits : undefined;
}

class Search {
  readonly #inquiry: Inquiry;
  readonly #asked: string;
  readonly #sightings = new Map<string, Sighting>();
  /** What one of upstream’s files lists of it: files are shared by many imports. */
  readonly #inFile = new Map<string, readonly { path: string; sha256: string | undefined }[]>();

  constructor(inquiry: Inquiry, asked: string) {
    this.#inquiry = inquiry;
    this.#asked = asked;
  }

  sightings(): Sighting[] {
    return [...this.#sightings.values()];
  }

  import(record: ImportRecord): void {
    const { listings } = this.#inquiry;
    const { observation, number, repository } = record;
    const authored = listings.authored(observation);
    for (const { role, version, fileSha256 } of [...listings.files(observation), ...authored]) {
      if (fileSha256 !== this.#asked) continue;
      const name = metadataFileName({ role, ...(version === undefined ? {} : { version }) });
      this.#see({ repository, kind: 'metadata', name, sha256: fileSha256, role }, number);
    }
    const carried = listings.carried(observation);
    const held = new Map(carried.map(({ role, path, sha256 }) => [`${role}\n${path}`, sha256]));
    for (const file of authored) {
      for (const { path, sha256 } of this.#listedIn(repository, file)) {
        // Listed by another hash alone, it is known by the digest of the bytes that were carried.
        const digest = sha256 ?? held.get(`${file.role}\n${path}`);
        this.#see({ repository, kind: 'target', name: path, sha256: digest, role: file.role }, number);
      }
    }
    for (const { path, sha256, role } of carried.filter((one) => this.#isAsked(one.path, one.sha256)))
      this.#see({ repository, kind: 'target', name: path, sha256, role }, number).carriedBy ??= number;
  }

  timestamp({ body }: LedgerEvent<'serve.timestamp'>): void {
    for (const role of ['snapshot', 'timestamp'] as const)
      this.#issued(body.repository, body.generation, role, body[role]);
  }

  root({ repository, generation, root }: EventBody<'root.issued'>): void {
    this.#issued(repository, generation, 'root', root);
  }

  #issued(repository: string, generation: number, role: string, file: { sha256: string; version: number }): void {
    if (file.sha256 !== this.#asked) return;
    const name = `${String(file.version)}.${role}.json`;
    const sighting = this.#see({ repository, kind: 'issued', name, sha256: file.sha256, role }, undefined);
    if (!sighting.generations.includes(generation)) sighting.generations.push(generation);
  }

  #listedIn(
    repository: string,
    file: Parameters<Inquiry['listings']['targets']>[1],
  ): readonly { path: string; sha256: string | undefined }[] {
    const known = this.#inFile.get(file.fileSha256);
    if (known) return known;
    const found = [...this.#inquiry.listings.targets(repository, file)]
      .map(({ path, entry }) => ({ path, sha256: entry.hashes.get('sha256') }))
      .filter(({ path, sha256 }) => this.#isAsked(path, sha256));
    this.#inFile.set(file.fileSha256, found);
    return found;
  }

  #isAsked(path: string, sha256: string | undefined): boolean {
    return path === this.#asked || sha256 === this.#asked;
  }

  #see(what: Pick<Sighting, 'repository' | 'kind' | 'name' | 'sha256' | 'role'>, number: number | undefined): Sighting {
    const key = JSON.stringify([what.repository, what.kind, what.name, what.sha256]);
    const known = this.#sightings.get(key);
    const sighting = known ?? { ...what, imports: [], carriedBy: undefined, generations: [] };
    if (!known) this.#sightings.set(key, sighting);
    if (number !== undefined && sighting.imports.at(-1) !== number) sighting.imports.push(number);
    return sighting;
  }
}

/**
 * Sigstore's trusted root: whose certificates, logs and timestamps verifiers believe, and for which period. Recognised by
 * its media type. An authority is its chain of certificates, a log is its key; names and addresses are said of them.
 * Source: sigstore/protobuf-specs, “sigstore_trustroot.proto”.
 */
import { sha256 } from '../../tuf/digest.ts';
import type { Json } from '../../tuf/json.ts';
import { listed, quoted } from '../difference/words.ts';
import { describeCertificate, subjectOf } from './certificates.ts';
import type { ContentReader, Fact, Saying } from './fact.ts';
import { Members } from './members.ts';
import { entriesOf, sayingsOf, hasMediaType } from './sigstore.ts';

export const trustedRootReader: ContentReader = {
  kind: 'a Sigstore trusted root',
  isNamedLike: (name) => /(^|\/)trusted_root([^/]*)\.json$/.test(name),
  read({ json }) {
    if (!hasMediaType(json, 'trustedroot')) return undefined;
    const file = new Members(json);
    const facts = [
      ...entriesOf(file, 'certificateAuthorities', 'certificate authority', readAuthority),
      ...entriesOf(file, 'ctlogs', 'certificate transparency log', readLog),
      ...entriesOf(file, 'tlogs', 'transparency log', readLog),
      ...entriesOf(file, 'timestampAuthorities', 'timestamp authority', readAuthority),
    ];
    return { about: sayingsOf(file), facts };
  },
};

function readAuthority(what: string, entry: Members): Fact {
  const [subject, chain] = [entry.object('subject'), entry.object('certChain')];
  const certificates = chain.list('certificates').map(readCertificate);
  const ders = certificates.flatMap(({ der }) => der ?? []);
  const names = ders.map((der) => subjectOf(der) ?? 'something that is no certificate');
  const says: Saying[] = [
    [
      'certificates',
      listed(
        certificates.map(({ words }) => words),
        8,
        (words) => words,
      ),
    ],
    ...entry.saying('at', 'uri'),
    ...subject.saying('organization', 'organization'),
    ...subject.saying('common name', 'commonName'),
    ...entry.saying('operator', 'operator'),
    ...entry.validity(),
    ...entry.rest(),
  ];
  return {
    identity: `${what} ${sha256(Buffer.concat(ders))}`,
    subject: `${what} ${names[0] ?? 'without a certificate'}`,
    says,
  };
}

function readCertificate(value: Json): { der: Uint8Array | undefined; words: string } {
  const members = value instanceof Map ? new Members(value) : undefined;
  const der = members?.bytes('rawBytes');
  const others = members?.rest().map((saying) => saying.join(' ')) ?? [];
  const words = der ? describeCertificate(der) : 'an entry that cannot be read';
  return { der, words: [words, ...others].join(', ') };
}

function readLog(what: string, entry: Members): Fact {
  const [key, url] = [entry.object('publicKey'), entry.text('baseUrl')];
  const bytes = key.bytes('rawBytes');
  const digest = bytes ? sha256(bytes) : undefined;
  const says: Saying[] = [
    ['key', digest === undefined ? 'none that can be read' : `sha256 ${digest}`],
    ...key.saying('kind', 'keyDetails'),
    ...(url === undefined ? [] : ([['at', quoted(url)]] satisfies Saying[])),
    ...entry.saying('hashes with', 'hashAlgorithm'),
    ...entry.object('logId').saying('log id', 'keyId'),
    ...entry.object('checkpointKeyId').saying('checkpoint key id', 'keyId'),
    ...entry.saying('operator', 'operator'),
    ...key.validity(),
    ...entry.rest(),
  ];
  return {
    identity: `${what} ${digest ?? url ?? ''}`,
    subject: `${what} ${quoted(url ?? 'without an address')}`,
    says,
  };
}

/**
 * Sigstore's signing config: which services signers use, and how many of them. Recognised by its media type, in both
 * versions that were published.
 * Source: sigstore/protobuf-specs, “sigstore_trustroot.proto”.
 */
import { quoted } from '../difference/words.ts';
import type { ContentReader, Fact } from './fact.ts';
import { Members } from './members.ts';
import { entriesOf, sayingsOf, hasMediaType } from './sigstore.ts';

const AUTHORITY = 'certificate authority service';
const PROVIDER = 'identity provider';
const LOG = 'transparency log service';
const TIMESTAMPS = 'timestamp authority service';

export const signingConfigReader: ContentReader = {
  kind: 'a Sigstore signing config',
  isNamedLike: (name) => /(^|\/)signing_config[^/]*\.json$/.test(name),
  read({ json }) {
    if (!hasMediaType(json, 'signingconfig')) return undefined;
    const file = new Members(json);
    const facts = [
      ...readAddress(file, 'caUrl', AUTHORITY),
      ...entriesOf(file, 'caUrls', AUTHORITY, readService),
      ...readAddress(file, 'oidcUrl', PROVIDER),
      ...entriesOf(file, 'oidcUrls', PROVIDER, readService),
      ...entriesOf(file, 'tlogUrls', LOG, readService, addressFact),
      ...entriesOf(file, 'rekorTlogUrls', LOG, readService),
      ...readRule(file, 'rekorTlogConfig', 'rule for transparency logs'),
      ...entriesOf(file, 'tsaUrls', TIMESTAMPS, readService, addressFact),
      ...readRule(file, 'tsaConfig', 'rule for timestamp authorities'),
    ];
    return { about: sayingsOf(file), facts };
  },
};

function readService(what: string, entry: Members): Fact {
  const [url = '', version] = [entry.text('url'), entry.whole('majorApiVersion')];
  return {
    ...addressFact(what, url, version === undefined ? '' : ` (API ${version})`),
    says: [...entry.saying('operator', 'operator'), ...entry.validity(), ...entry.rest()],
  };
}

function readAddress(file: Members, name: string, what: string): Fact[] {
  const url = file.text(name);
  return url === undefined ? [] : [addressFact(what, url)];
}

/** `selector`: whether any, all or exactly some of the services are used. */
function readRule(file: Members, name: string, subject: string): Fact[] {
  const rule = file.object(name);
  const count = rule.whole('count');
  const says = [
    ...rule.saying('selector', 'selector'),
    ...(count === undefined ? [] : [['count', String(count)] as const]),
  ];
  return says.length === 0 ? [] : [{ identity: subject, subject, says }];
}

function addressFact(what: string, url: string, version = ''): Fact {
  return { identity: `${what} ${url}${version}`, subject: `${what} ${quoted(url)}${version}`, says: [] };
}

/**
 * A list of keys with ids, usages and periods, as a package registry publishes those that its signatures are checked
 * with. It has no media type: recognised by its shape, `keys` with an id in every entry.
 */
import { sha256 } from '../../tuf/digest.ts';
import type { Json } from '../../tuf/json.ts';
import { quoted } from '../difference/words.ts';
import type { ContentReader, Fact, Saying } from './fact.ts';
import { Members } from './members.ts';

export const keyListReader: ContentReader = {
  kind: 'a list of keys',
  isNamedLike: (name) => /(^|\/)keys\.json$/.test(name),
  read({ json }) {
    const keys = json instanceof Map ? json.get('keys') : undefined;
    if (!(json instanceof Map) || !Array.isArray(keys) || keys.length === 0 || !keys.every(hasId)) return undefined;
    const file = new Members(json);
    const facts = file.list('keys').flatMap((entry) => (entry instanceof Map ? readKey(new Members(entry)) : []));
    return { about: file.rest(), facts };
  },
};

function hasId(entry: Json): boolean {
  return entry instanceof Map && (typeof entry.get('keyId') === 'string' || typeof entry.get('keyid') === 'string');
}

/** Either form: `keyId` with a `publicKey` object, or `keyid` with `key` in base64. */
function readKey(entry: Members): Fact {
  const id = entry.text('keyId') ?? entry.text('keyid') ?? '';
  const usage = entry.text('keyUsage');
  const key = entry.object('publicKey');
  const bytes = key.bytes('rawBytes') ?? entry.bytes('key');
  const says: Saying[] = [
    ['key', bytes ? `sha256 ${sha256(bytes)}` : 'none that can be read'],
    ...key.saying('kind', 'keyDetails'),
    ...entry.saying('key type', 'keytype'),
    ...entry.saying('scheme', 'scheme'),
    ...key.validity(),
    ...entry.instant('expires', 'expires'),
    ...entry.rest(),
  ];
  return {
    identity: `key ${JSON.stringify([id, usage ?? null])}`,
    subject: `key ${quoted(id)}${usage === undefined ? '' : ` for ${quoted(usage)}`}`,
    says,
  };
}

/** The parts of a signature: what is signed, what is written down, and what stands around it. */
import { forge, forgeBlob, type Parts } from '../forge.ts';
import { mpint, nistp256, numberOf, ORDER, wire } from '../people.ts';
import { withLargeS } from '../../tuf/ed25519-points.ts';
import { alice, bent, by, MESSAGE, NAMESPACE, type Row, row } from './row.ts';

const ALTERED = /is not one of the key SHA256:\S+ over these bytes/;
const AROUND = /is not exactly what stands from BEGIN SSH SIGNATURE to END/;
const good = forge(alice, { message: MESSAGE, namespace: NAMESPACE });
const oneLine = forgeBlob(alice, { message: MESSAGE, namespace: NAMESPACE }).toString('base64');

export const PARTS: readonly Row[] = [
  row('another message', { message: 'what is signed here.\n', refused: ALTERED }),
  row('no message', { message: '', refused: ALTERED }),
  bent('for git', { namespace: 'git' }, { refused: /for the purpose “git”, and not for “pin/ }),
  bent('for a file, and asked for one', { namespace: 'file' }, { namespace: 'file' }),
  bent(
    'for another purpose here',
    { namespace: 'import-approval.v1@countersign' },
    { refused: /purpose “import-appr/ },
  ),
  bent('for git, and called a pin', { namespace: 'git', writtenNamespace: NAMESPACE }, { refused: ALTERED }),
  bent('for nothing', { namespace: '' }, { namespace: '', refused: /cannot be for an empty purpose/ }),
  bent('for nothing, and asked for a pin', { namespace: '' }, { refused: /was made for the purpose “”/ }),
  bent(
    'a purpose with a zero byte behind it',
    { writtenNamespace: `${NAMESPACE}\0` },
    {
      refused: /has a name that is not text/,
      differs: 'It is a second spelling of the name.',
    },
  ),
  bent('a purpose with a zero byte inside', { writtenNamespace: 'pin\0.v1' }, { refused: /a name that is not text/ }),
  bent('a purpose behind a byte order mark', { writtenNamespace: `\ufeff${NAMESPACE}` }, { refused: /“\\ufeffpin/ }),
  bent('a purpose that is not text', { writtenNamespace: Buffer.of(0xff) }, { refused: /a name that is not text/ }),

  bent('another magic', { magic: 'SSHSIH' }, { refused: /does not begin with SSHSIG/ }),
  bent('version 2', { version: 2 }, { refused: /has the version 2, and only 1/ }),
  bent('version 0', { version: 0 }, { refused: /has the version 0, and only 1/, differs: 'Nobody ever described it.' }),
  bent(
    'the reserved field set',
    { reserved: 'x' },
    {
      refused: /has something in its reserved field/,
      differs: 'It is not signed, so anybody could write there.',
    },
  ),
  bent('the digest SHA-256', { hash: 'sha256' }),
  bent('the digest SHA-1', { hash: 'sha1' }, { refused: /is over the hash “sha1”/ }),
  bent('the digest SHA-384', { hash: 'sha384' }, { refused: /is over the hash “sha384”/ }),
  bent('another digest written down', { writtenHash: 'sha256' }, { refused: ALTERED }),
  bent('a byte after everything', { after: Buffer.of(0) }, { refused: /has 1 bytes after its end/ }),
  bent('cut off', { cut: 1 }, { refused: /is cut off/ }),
  bent('cut off within a length', { cut: 86 }, { refused: /is cut off/ }),

  withRaw(
    'a byte after the key’s own signature',
    (raw) => Buffer.concat([wire('ssh-ed25519', raw), Buffer.of(0)]),
    /has 1 bytes after its end/,
  ),
  withRaw('65 bytes of Ed25519', (raw) => wire('ssh-ed25519', Buffer.concat([raw, Buffer.of(0)])), ALTERED),
  withRaw('63 bytes of Ed25519', (raw) => wire('ssh-ed25519', raw.subarray(0, 63)), ALTERED),
  withRaw('called ECDSA', (raw) => wire('ecdsa-sha2-nistp256', raw), /is “ecdsa-sha2-nistp256”, which a key/),
  {
    ...withRaw('Ed25519 with S + L', (raw) => wire('ssh-ed25519', withLargeS(raw)), ALTERED),
    differs: 'No honest signer writes it, and there would be two signatures where one was made (C-01).',
  },

  withPair('ECDSA with n − s', (r, s) => wire(r, mpint(ORDER - numberOf(s)))),
  withPair('ECDSA with r = 0', (_r, s) => wire('', s), { refused: /has a zero where a number must stand/ }),
  withPair('ECDSA with r = n', (_r, s) => wire(mpint(ORDER), s), { refused: ALTERED }),
  withPair('ECDSA with r + n', (r, s) => wire(mpint(ORDER + numberOf(r)), s), { refused: ALTERED }),
  withPair('ECDSA with r negative', (r, s) => wire(Buffer.concat([Buffer.of(0xff), r]), s), {
    refused: /a negative number/,
  }),
  withPair('ECDSA with zeros in front', (r, s) => wire(r, Buffer.concat([Buffer.alloc(2), s])), {
    refused: /a number with zeros in front/,
    differs: 'It is a second spelling of the number.',
  }),
  withPair('ECDSA with a byte behind the numbers', (r, s) => Buffer.concat([wire(r, s), Buffer.of(0)]), {
    refused: /has 1 bytes after its end/,
  }),
  withPair('ECDSA with one number', (r) => wire(r), { refused: /is cut off/ }),

  row('on one line', { signature: armoured(oneLine) }),
  row('no line end at the end', { signature: good.trimEnd() }),
  row('text in front', { signature: `Signed:\n${good}`, refused: AROUND }),
  row('text behind', {
    signature: `${good}Agreed.\n`,
    refused: AROUND,
    differs: 'It would look as if it were signed.',
  }),
  row('an empty line behind', { signature: `${good}\n`, refused: AROUND, differs: 'One form only.' }),
  row('an empty line inside', {
    signature: good.replace('\n-----END', '\n\n-----END'),
    refused: AROUND,
    differs: 'As above.',
  }),
  row('a space inside', { signature: good.replace('\nU1', '\nU 1'), refused: AROUND, differs: 'As above.' }),
  row('line ends of CR LF but for the first', {
    signature: good.replaceAll('\n', '\r\n').replace('\r\n', '\n'),
    refused: /line ends of CR LF/,
    differs: 'Which of them are taken depends on the version of ssh-keygen.',
  }),
  row('the end on the last line', { signature: good.replace('\n-----END', '-----END'), refused: AROUND }),
  row('no end', { signature: good.slice(0, good.indexOf('-----END')), refused: AROUND }),
  row('nothing inside', { signature: armoured(''), refused: AROUND }),
  row('not base64', { signature: good.replace('\nU1', '\nU*'), refused: AROUND }),
  row('base64 without its padding', {
    signature: good.replace('=\n-----END', '\n-----END'),
    refused: /is not padded base64/,
  }),
  row('base64 with bits after its end', { signature: withLooseBits(good), refused: /is not padded base64/ }),
  row('empty', { signature: '', refused: AROUND }),
];

function armoured(base64: string): string {
  return `-----BEGIN SSH SIGNATURE-----\n${base64}\n-----END SSH SIGNATURE-----\n`;
}

/** The last character before the padding carries bits that no byte takes. */
function withLooseBits(text: string): string {
  return text.replace(/(.)(=+)\n-----END/, (_all, last: string, padding: string) => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    return `${letters.charAt(letters.indexOf(last) + 1)}${padding}\n-----END`;
  });
}

/** Alice’s 64 bytes, written otherwise. */
function withRaw(name: string, write: (raw: Uint8Array) => Uint8Array, refused: RegExp): Row {
  return bent(name, { bend: (bytes) => write(bytes.subarray(-64)) }, { refused });
}

/** Bob’s r and s, written otherwise. */
function withPair(
  name: string,
  write: (r: Buffer, s: Buffer) => Uint8Array,
  changes: { refused?: RegExp; differs?: string } = {},
): Row {
  const type = 'ecdsa-sha2-nistp256';
  const parts: Partial<Parts> = {
    bend: (bytes) => {
      const pair = Buffer.from(bytes.subarray(8 + type.length));
      const length = pair.readUInt32BE(0);
      return wire(type, write(pair.subarray(4, 4 + length), pair.subarray(8 + length)));
    },
  };
  return by(nistp256('bob'), name, { parts, ...changes });
}

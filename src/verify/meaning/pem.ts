/** Certificates and public keys in PEM, as Sigstore's first states carry them: each block by its digest. */
import { sha256 } from '../../tuf/digest.ts';
import { describeCertificate } from './certificates.ts';
import { quoted } from '../difference/words.ts';
import type { ContentReader, Fact } from './fact.ts';

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]*)-----END \1-----/g;

export const pemReader: ContentReader = {
  kind: 'a file of certificates or keys',
  isNamedLike: () => false,
  read({ bytes }) {
    const text = Buffer.from(bytes).toString('latin1');
    const blocks = [...text.matchAll(BLOCK)].map(([, kind = '', body = '']) => readBlock(kind, body));
    if (blocks.length === 0) return undefined;
    const around = text.replaceAll(BLOCK, '').trim();
    return { about: around === '' ? [] : [['text around them', quoted(around)]], facts: blocks };
  },
};

function readBlock(kind: string, body: string): Fact {
  const der = Buffer.from(body, 'base64');
  const digest = sha256(der);
  const subject =
    kind === 'CERTIFICATE'
      ? `certificate ${describeCertificate(der)}`
      : `${kind === 'PUBLIC KEY' ? 'public key' : quoted(kind)} sha256 ${digest}`;
  return { identity: `${kind} ${digest}`, subject, says: [] };
}

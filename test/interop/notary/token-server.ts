/**
 * A token server as a real `notary-server` believes it: JSON Web Tokens, signed ES256 with a certificate under an authority that
 * the server is told. It gives everybody what they ask for, and keeps who asked.
 * Source: the distribution project's “Token Authentication Implementation”.
 */
import { createPrivateKey, randomBytes, sign, X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { newAuthority } from '../../acquire/certificates.ts';
import { directory } from '../../acquire/directories.ts';
import { serve } from '../../acquire/servers.ts';

export interface TokenServer {
  readonly url: URL;
  /** For the server's configuration. */
  readonly settings: Readonly<Record<string, string>>;
  /** Scope and Authorization header of every question. */
  readonly asked: { readonly scope: string | null; readonly authorization: string | undefined }[];
}

const [SERVICE, ISSUER] = ['notary-server', 'countersign token test'];

/** @param lifetimeS of each token, seconds */
export async function startTokenServer(t: TestContext, lifetimeS = 300): Promise<TokenServer> {
  const authority = newAuthority('countersign token authority');
  const { certificate, key } = authority.issue('token signer');
  const x5c = [new X509Certificate(certificate).raw.toString('base64')];
  const asked: TokenServer['asked'] = [];
  const { url } = await serve(t, (request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
    asked.push({ scope: searchParams.get('scope'), authorization: request.headers.authorization });
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      ...{ iss: ISSUER, sub: '', aud: SERVICE, exp: now + lifetimeS, nbf: now - 60, iat: now },
      ...{ jti: randomBytes(8).toString('hex'), access: searchParams.getAll('scope').map(accessOf) },
    };
    const said = [{ typ: 'JWT', alg: 'ES256', x5c }, claims].map((part) => encoded(JSON.stringify(part))).join('.');
    const signature = sign('sha256', Buffer.from(said), { key: createPrivateKey(key), dsaEncoding: 'ieee-p1363' });
    const issued = new Date(now * 1000).toISOString();
    response.end(JSON.stringify({ token: `${said}.${encoded(signature)}`, expires_in: lifetimeS, issued_at: issued }));
  });
  const rootcertbundle = join(await directory(t), 'token-authority.pem');
  await writeFile(rootcertbundle, authority.certificate);
  const settings = { realm: new URL('token', url).href, service: SERVICE, issuer: ISSUER, rootcertbundle };
  return { url, settings, asked };
}

/** `repository:NAME:pull,push`; a name may hold colons. */
function accessOf(scope: string): object {
  const [, type, name, actions = ''] = /^([a-z]+):(.*):([a-z,*]*)$/s.exec(scope) ?? [];
  return { type, name, actions: actions.split(',') };
}

function encoded(part: string | Uint8Array): string {
  return Buffer.from(part).toString('base64url');
}

/**
 * TLS files of one upstream: private authorities and a client certificate. They are read and tried before the first
 * connection; material that cannot be used stops the program and is never replaced by something weaker (H-04).
 */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { Refusal } from '../errors.ts';

export interface TlsFiles {
  /** PEM files of private authorities. With at least one, the public authorities are not trusted; none = public ones. */
  readonly authorityFiles?: readonly string[];
  /** PEM files of the certificate (chain) and unencrypted key that upstream may ask this server for. */
  readonly clientCertificate?: { readonly certificateFile: string; readonly keyFile: string };
}

/** What a TLS connection is made with. */
interface TlsSettings {
  readonly rejectUnauthorized: true;
  readonly minVersion: 'TLSv1.2';
  readonly ca?: string[];
  readonly cert?: string;
  readonly key?: string;
}

export interface TlsMaterial {
  readonly upstream: TlsSettings;
  /** For the connection to an https: proxy. */
  readonly proxy: TlsSettings;
  readonly hasPrivateAuthority: boolean;
}

/**
 * Reads and tries every named file. Links are followed: these are the operator's own files, often mounted as links.
 * @throws CONFIG_TLS for a file that cannot be read or parsed, and for a key that does not belong to its certificate.
 */
export async function readTlsFiles(files: TlsFiles): Promise<TlsMaterial> {
  const authorities: string[] = [];
  for (const file of files.authorityFiles ?? []) authorities.push(...certificatesIn(await readPem(file), file));

  // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED and --tls-min-v1.0 cannot weaken it from outside (H-04).
  const strict: TlsSettings = { rejectUnauthorized: true, minVersion: 'TLSv1.2' };
  // An explicit `ca` replaces the built-in list, and NODE_EXTRA_CA_CERTS with it.
  const proxy: TlsSettings = authorities.length === 0 ? strict : { ...strict, ca: authorities };
  // The client certificate belongs to upstream: a proxy on the way is not shown it (H-03).
  const upstream = { ...proxy, ...(await readClientCertificate(files.clientCertificate)) };
  return { upstream, proxy, hasPrivateAuthority: authorities.length > 0 };
}

async function readClientCertificate(files: TlsFiles['clientCertificate']): Promise<{ cert?: string; key?: string }> {
  if (files === undefined) return {};
  const { certificateFile, keyFile } = files;
  const cert = certificatesIn(await readPem(certificateFile), certificateFile).join('\n');
  const key = await readPem(keyFile);
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new Refusal('CONFIG_TLS', `The client key ${keyFile} does not fit ${certificateFile} or cannot be used.`, {
      details: { file: keyFile },
      cause: error,
    });
  }
  return { cert, key };
}

/** Every certificate of a PEM file. Node itself would silently skip what it cannot parse and trust fewer, or none. */
function certificatesIn(pem: string, file: string): string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const announced = pem.match(/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0 || blocks.length !== announced.length) {
    throw new Refusal('CONFIG_TLS', `${file} is not a PEM file of whole certificates.`, { details: { file } });
  }
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch (error) {
    throw new Refusal('CONFIG_TLS', `${file} holds a certificate that cannot be parsed.`, {
      details: { file },
      cause: error,
    });
  }
  return blocks;
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new Refusal('CONFIG_TLS', `The TLS file ${file} cannot be read (${reason}).`, {
      details: { file },
      cause: error,
    });
  }
}

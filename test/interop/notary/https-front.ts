/** TLS before a mirror, as a proxy gives it: docker asks over https only. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { newAuthority } from '../../acquire/certificates.ts';

export interface Front {
  readonly url: URL;
  /** PEM file of the authority that certified it. */
  readonly authorityFile: string;
}

/** @param origin the mirror’s; `folder` takes the authority’s file */
export async function httpsFront(t: TestContext, origin: URL, folder: string): Promise<Front> {
  const authority = newAuthority('countersign front');
  const { certificate, key } = authority.issue('mirror');
  const authorityFile = join(folder, 'front-ca.crt');
  writeFileSync(authorityFile, authority.certificate);
  const server = createServer({ cert: certificate, key }, (asked, response) => {
    const { method = 'GET', url = '/', headers } = asked;
    const onward = request(new URL(url, origin), { method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: new URL(`https://127.0.0.1:${String((server.address() as AddressInfo).port)}`), authorityFile };
}

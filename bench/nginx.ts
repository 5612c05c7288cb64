/** nginx with one worker, serving the same bytes under the same paths with the same headers. */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { end } from './children.ts';
import type { RunningServer } from './running-server.ts';

export async function startNginx(
  directory: string,
  files: ReadonlyMap<string, Uint8Array>,
  pin: readonly string[],
): Promise<RunningServer> {
  for (const [path, bytes] of files) {
    const file = join(directory, 'html', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
  const port = await freePort();
  await writeFile(join(directory, 'nginx.conf'), configuration(port));
  const words = ['-p', directory, '-e', join(directory, 'error.log'), '-c', 'nginx.conf'];
  const [program = '', ...rest] = [...pin, 'nginx', ...words];
  const child = spawn(program, rest, { stdio: ['ignore', 'inherit', 'inherit'] });
  const url = `http://127.0.0.1:${String(port)}`;
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await fetch(url).catch(() => undefined)) return { url, pid: child.pid, stop: () => end(child) };
    await sleep(50);
  }
  await end(child);
  throw new Error('nginx did not start');
}

/** Its limits on kept-alive connections are lifted, as they would cost it reconnections. */
function configuration(port: number): string {
  const account = process.getuid?.() === 0 ? 'user root;' : '';
  return `daemon off; worker_processes 1; pid nginx.pid; ${account}
events { worker_connections 1024; }
http {
  access_log off; etag on; sendfile on; tcp_nopush on;
  keepalive_requests 100000000; keepalive_timeout 75s;
  open_file_cache max=100; types { application/json json; }
  add_header Cache-Control "no-cache, no-transform"; add_header X-Content-Type-Options nosniff;
  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
  server { listen 127.0.0.1:${String(port)} backlog=1024; root html; }
}
`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

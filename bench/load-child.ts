/**
 * A small load generator for machines without wrk: one process, kept-alive connections, one request at a time on each.
 * It costs about as much as the server it asks, so its figures are a lower bound.
 */
import { connect } from 'node:net';
import { answer } from './children.ts';

export interface LoadAnswer {
  readonly requests: number;
  readonly seconds: number;
  readonly failures: number;
}

const [, , address = '', connections = '', seconds = '', condition = ''] = process.argv;
const url = new URL(address);
const headers = [`Host: ${url.host}`, ...(condition === '' ? [] : [`If-None-Match: ${condition}`])];
const request = Buffer.from(`GET ${url.pathname} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`, 'latin1');

let [answered, failures] = [0, 0];
let isOver = false;

function open(): void {
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
  let pending = '';
  socket.on('connect', () => socket.write(request));
  socket.on('error', () => failures++);
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1');
    const end = pending.indexOf('\r\n\r\n');
    if (end === -1) return;
    const length = /^content-length: *(\d+)/im.exec(pending.slice(0, end))?.[1] ?? '0';
    if (pending.length < end + 4 + Number(length)) return;
    if (!/^HTTP\/1\.1 (200|304) /.test(pending)) failures++;
    pending = '';
    answered++;
    if (isOver) socket.destroy();
    else socket.write(request);
  });
}

for (let index = 0; index < Number(connections); index++) open();
const start = performance.now();
setTimeout(
  () => {
    isOver = true;
    answer({ requests: answered, seconds: (performance.now() - start) / 1000, failures } satisfies LoadAnswer);
    process.disconnect();
  },
  Number(seconds) * 1000,
);

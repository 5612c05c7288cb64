/** What Node’s own HTTP server can do here: one file from memory, whatever is asked for. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const [, , file = ''] = process.argv;
const body = readFileSync(file);
const headers = ['Content-Type', 'application/json', 'Content-Length', String(body.length), 'ETag', '"bare"'];
const server = createServer((_, response) => response.writeHead(200, headers).end(body));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ public: `http://127.0.0.1:${String(port)}` }));
});

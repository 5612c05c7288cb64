/** Writes a large upstream in a process of its own. */
import { answer } from './children.ts';
import { writeLargeUpstream } from './large-upstream.ts';

const [, , directory = '', bitLength = '', targets = ''] = process.argv;
const size = { bitLength: Number(bitLength), targets: Number(targets) };
answer({ bytes: await writeLargeUpstream(directory, size, new Date()) });

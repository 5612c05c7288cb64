/** A process of its own that renews COUNT times and leaves: `renewing-child.ts DIRECTORY COUNT`. */
import { withWriter } from '../../src/mirror.ts';
import { closeMirror } from '../../src/open.ts';
import { renewDue } from '../../src/publish/renew.ts';
import { FakeClock } from '../simulator/clock.ts';
import { LATER, open, whenFree } from './place.ts';

const [directory = '', count = ''] = process.argv.slice(2);
const mirror = await open(directory, new FakeClock(LATER));
for (let round = 0; round < Number(count); round++)
  await whenFree(() => withWriter(mirror, (writer) => renewDue(mirror, writer, { force: true })));
closeMirror(mirror);

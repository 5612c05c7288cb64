/**
 * A process of its own that does one step and kills itself, as a power cut does, before operation AT:
 * `child.ts DIRECTORY SCENARIO AT`. It leaves with 0 when the step has fewer operations.
 */
import { closeMirror } from '../../src/open.ts';
import { FakeClock } from '../simulator/clock.ts';
import { LATER, open } from './place.ts';
import { SCENARIOS } from './scenarios.ts';

const [directory = '', index = '', at = ''] = process.argv.slice(2);
const scenario = SCENARIOS[Number(index)];
if (!scenario) throw new TypeError(`there is no scenario ${index}`);
const step = await scenario.prepare(directory);
let count = 0;
const mirror = await open(directory, new FakeClock(LATER), () => {
  if (count++ === Number(at)) process.kill(process.pid, 'SIGKILL');
});
await step.perform(mirror);
closeMirror(mirror);

/** A process that reads twice from the place at ADDRESS, with ten minutes of patience, and has nothing else to do. */
import { httpPlace } from '../../../src/client/doors/http-place.ts';
import { isRefusal } from '../../../src/errors.ts';
import { textAt } from './arrivals.ts';

const patience = { headersMs: 600_000, idleMs: 600_000, windowMs: 600_000 };
const place = httpPlace(new URL(process.argv[2] ?? ''), { patience });
const whole = await textAt(place, ['whole']);
const absent = await textAt(place, ['absent']).catch((error: unknown) => (isRefusal(error) ? error.code : 'a bug'));
process.stdout.write(`${whole}, ${absent}\n`);

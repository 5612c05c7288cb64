/** A process of its own that holds the writer’s lock of a data directory until it is ended. */
import { LedgerWriter } from '../../src/ledger/writer.ts';
import { FakeClock } from '../simulator/clock.ts';
import { LATER, open } from './place.ts';

const mirror = await open(process.argv[2] ?? '', new FakeClock(LATER));
await LedgerWriter.open(mirror.database, mirror.writerOptions);
process.stdout.write('held\n');
process.stdin.resume();

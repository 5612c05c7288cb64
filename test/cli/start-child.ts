/** `npm start` without installing and building: the first experience from the sources, in a folder of the test’s own. */
import { start } from '../../src/cli/start.ts';

process.exitCode = await start(process.cwd());

/** Asked by passphrase-sources.test.ts: reads passphrases as a command would, prints them, stays until stdin ends. */
import { isRefusal } from '../../src/errors.ts';
import { type PassphraseOptions, readPassphrases } from '../../src/platform/passphrase.ts';

const [holders, purpose, options] = process.argv.slice(2);
try {
  const passphrases = await readPassphrases(
    String(holders).split(','),
    purpose === 'create' ? 'create' : 'open',
    JSON.parse(String(options)) as PassphraseOptions,
  );
  console.log(`got ${JSON.stringify(passphrases)}`);
  process.stdin.resume();
} catch (error) {
  console.log(isRefusal(error) ? `${error.code}: ${error.what}` : error);
}

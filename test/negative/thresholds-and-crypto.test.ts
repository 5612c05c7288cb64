/** The negative corpus of sections K and C. */
import { runCorpus } from './corpus.ts';
import { CRYPTO_ENTRIES } from './crypto-entries.ts';
import { THRESHOLD_ENTRIES } from './threshold-entries.ts';

runCorpus({ ...THRESHOLD_ENTRIES, ...CRYPTO_ENTRIES });

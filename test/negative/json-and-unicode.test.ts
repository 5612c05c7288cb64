/** The negative corpus of section J. */
import { runCorpus } from './corpus.ts';
import { JSON_ENTRIES } from './json-entries.ts';

runCorpus(JSON_ENTRIES);

/** The negative corpus of sections D and P. */
import { runCorpus } from './corpus.ts';
import { DELEGATION_ENTRIES } from './delegation-entries.ts';
import { PATH_ENTRIES } from './path-entries.ts';

runCorpus({ ...DELEGATION_ENTRIES, ...PATH_ENTRIES });

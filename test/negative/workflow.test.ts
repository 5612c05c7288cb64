/** The negative corpus of section W. */
import { runCorpus } from './corpus.ts';
import { WORKFLOW_ENTRIES } from './workflow-entries.ts';

runCorpus(WORKFLOW_ENTRIES);

#!/usr/bin/env node
/** The program `countersign`. */
import { endWith, ownProcess, setUpProcess } from '../platform/process.ts';
import { exitCodeOf } from './exit.ts';
import { Output } from './output.ts';
import { runCommandLine } from './run.ts';

setUpProcess((error) => {
  new Output(ownProcess, false).failure(error);
  return exitCodeOf(error);
});
endWith(await runCommandLine(ownProcess));

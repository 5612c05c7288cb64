/** `countersign audit check`: a proof from elsewhere, verified without a data directory. */
import { Option } from 'commander';
import { type CheckAnswer, checkProof } from '../../audit/proofs/check.ts';
import { readNamedFile } from '../../platform/named-file.ts';
import { defineCommand } from '../command.ts';
import { timesLine } from './audit-lines.ts';

interface Given {
  readonly file: string;
  readonly logKey?: string;
  readonly witnessPolicy?: string;
  readonly entry?: string;
}

const MOST_BYTES = 1_000_000;

export const auditCheckCommand = defineCommand<Given>({
  name: 'check',
  summary: 'verify a .tlog-proof file offline, without a data directory; exit 1 unless the log’s key is known and fits',
  details:
    'The entry’s hash is computed from its own bytes: those in the proof, or those of --entry. Without a log key from ' +
    'elsewhere (--log-key, or a log line of the policy) it is not known who made the proof, and the answer is no.',
  arguments: [['<file>', 'the proof']],
  options: [
    new Option('--log-key <vkey>', 'the log’s verifier key, as you were given it: name+id+key'),
    new Option('--witness-policy <file>', 'which log and witnesses you believe (C2SP tlog-policy)'),
    new Option('--entry <file>', 'the bytes of the entry in question, in place of those in the proof'),
  ],
  examples: [
    'countersign audit check 42.tlog-proof --log-key mirror.example/log+e863a7bd+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c',
  ],
  changesSomething: false,
  async perform(_invocation, { file, logKey, witnessPolicy, entry }) {
    const answer = checkProof({
      ...{ proof: await readNamedFile(file, MOST_BYTES), logKey },
      entry: entry === undefined ? undefined : await readNamedFile(entry, MOST_BYTES),
      witnessPolicy:
        witnessPolicy === undefined ? undefined : (await readNamedFile(witnessPolicy, MOST_BYTES)).toString('utf8'),
    });
    return { lines: describe(answer), document: answer, isNo: !answer.ok };
  },
});

function describe({ ok, origin, entry, size, type, what, times, established, not_known }: CheckAnswer): string[] {
  return [
    `${ok ? 'Verified' : 'NOT VERIFIED'}: entry ${entry} of ${size}, of the log ${origin}`,
    `  event      ${type ?? 'not an event that this version knows'}${what === undefined ? '' : `: ${what}`}`,
    ...(times ? [`  times      ${timesLine(times)}`] : []),
    'Established:',
    ...established.map((line) => `  - ${line}`),
    'Not known:',
    ...not_known.map((line) => `  - ${line}`),
  ];
}

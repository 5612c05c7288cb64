/** `countersign audit verify`: everything that an outsider would verify of the ledger and of what is made from it. */
import { Option } from 'commander';
import { verifyRecord, type VerifyAnswer } from '../../audit/verify/verify.ts';
import { readNamedFile } from '../../platform/named-file.ts';
import { defineCommand } from '../command.ts';
import { plural } from '../words.ts';
import { withRecord } from './audit-opening.ts';

interface Given {
  readonly since?: string;
  readonly witnessPolicy?: string;
}

/** As long as a note may be, and a policy. */
const MOST_BYTES = 1_000_000;

export const auditVerifyCommand = defineCommand<Given>({
  name: 'verify',
  summary: 'verify the ledger as an outsider would, and every table against it; exit 1 on any finding',
  details:
    'Needs no key of this mirror: a copy of the data directory will do. Every entry, node, root, checkpoint and ' +
    'signature, the rules, each publication by the rules of its entry, stored files, and every table. Erased values are ' +
    'counted and are no finding. Compare the log key with the one that you were given: a whole ledger can be made anew.',
  options: [
    new Option('--since <file>', 'a checkpoint that you kept: nothing of then may be missing or different now'),
    new Option(
      '--witness-policy <file>',
      'your own list of log and witnesses (C2SP tlog-policy), in place of the ledger’s',
    ),
  ],
  examples: [
    'countersign audit verify',
    'countersign audit verify --data /mnt/copy --since checkpoint-2026-06.txt --witness-policy policy.txt',
  ],
  changesSomething: false,
  async perform(invocation, { since, witnessPolicy }) {
    const question = {
      ...(since === undefined ? {} : { since: await readNamedFile(since, MOST_BYTES) }),
      ...(witnessPolicy === undefined
        ? {}
        : { witnessPolicy: (await readNamedFile(witnessPolicy, MOST_BYTES)).toString('utf8') }),
      onProgress: invocation.progress.step,
    };
    const answer = await withRecord(invocation, (record) => verifyRecord(record, question));
    return { lines: describe(answer), document: answer, isNo: !answer.ok };
  },
});

function describe({ ok, findings, findings_left_out, log, since, witnesses, checked }: VerifyAnswer): string[] {
  const more = findings_left_out === 0 ? [] : [`  … and ${findings_left_out} more`];
  return [
    ok ? 'Everything verifies.' : `${plural(findings.length + findings_left_out, 'finding')}:`,
    ...findings.map(
      ({ code, what, entry, row }) => `  ${code} (${entry === undefined ? (row ?? '-') : `entry ${entry}`}): ${what}`,
    ),
    ...more,
    `  log        ${log.origin ?? '-'}: ${log.size} entries, root ${log.root}`,
    `  log key    ${log.log_key ?? '-'}`,
    `  verified   ${[
      plural(checked.entries, 'entry'),
      plural(checked.checkpoints, 'checkpoint'),
      plural(checked.cosignatures, 'cosignature'),
      plural(checked.statements, 'statement'),
      `${plural(checked.person_signatures, 'signature')} of people`,
      plural(checked.publications, 'publication'),
      plural(checked.files, 'file'),
    ].join(', ')}`,
    `  redacted   ${plural(checked.redacted_signatures, 'signature')} of people, ${plural(checked.redacted_values, 'other sealed value')}`,
    `  witnesses  ${witnesses ? witnessWords(witnesses) : 'none: nobody but this mirror vouches for when anything happened, or that others see the same log'}`,
    ...(since
      ? [
          `  since      ${since.is_consistent ? 'nothing of the' : 'NOT the same'} ${since.size} entries of then${since.is_consistent ? ' was removed or altered' : ''}`,
        ]
      : []),
  ];
}

function witnessWords({ is_quorum, witnesses, missing }: NonNullable<VerifyAnswer['witnesses']>): string {
  const seen = witnesses.map(({ name, witnessed_at }) => `${name} (witnessed_at ${witnessed_at})`);
  const absent = missing.length === 0 ? '' : `; missing: ${missing.join(', ')}`;
  return `${is_quorum ? 'a quorum' : 'NO QUORUM'}: ${seen.join(', ') || 'nobody'}${absent}`;
}

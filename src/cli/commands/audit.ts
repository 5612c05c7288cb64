/** `countersign audit …`: the questions of auditors, answered from verified leaves; and what they take away. */
import type { CommandGroup } from '../command.ts';
import { auditApproversCommand } from './audit-approvers.ts';
import { auditCheckCommand } from './audit-check.ts';
import { auditContradictionsCommand } from './audit-contradictions.ts';
import { auditEraseCommand } from './audit-erase.ts';
import { auditExportCommand } from './audit-export.ts';
import { auditPackCommand } from './audit-pack.ts';
import { auditProveCommand } from './audit-prove.ts';
import { auditRevokedCommand } from './audit-revoked.ts';
import { auditServedAtCommand } from './audit-served-at.ts';
import { auditStalenessCommand } from './audit-staleness.ts';
import { auditTimelineCommand } from './audit-timeline.ts';
import { auditUnapprovedCommand } from './audit-unapproved.ts';
import { auditVerifyCommand } from './audit-verify.ts';
import { auditWhoCommand } from './audit-who.ts';

export const auditCommands: CommandGroup = {
  name: 'audit',
  summary: 'answer auditors’ questions, prove and verify, export and erase',
  examples: ['countersign audit who trusted_root.json', 'countersign audit verify --since checkpoint'],
  commands: [
    auditWhoCommand,
    auditServedAtCommand,
    auditUnapprovedCommand,
    auditTimelineCommand,
    auditApproversCommand,
    auditRevokedCommand,
    auditStalenessCommand,
    auditContradictionsCommand,
    auditVerifyCommand,
    auditProveCommand,
    auditCheckCommand,
    auditExportCommand,
    auditPackCommand,
    auditEraseCommand,
  ],
};

/**
 * Refusals that only a guard gives; the others of its refusals it shares with the mirror (`refusals.ts`). Families as
 * there: config, the pin or the map; source; trust, an alarm; policy, what the pin forbids; state, the guard’s memory.
 */
export interface Entry {
  readonly why: string;
  readonly next: string;
}

export const GUARD_REFUSALS = {
  CONFIG_PIN: {
    why: 'A pin decides what is believed; one that is not understood exactly could believe more than was meant.',
    next: 'Correct the pin file, or ask whoever issued it; docs/clients/guard.md describes it.',
  },
  CONFIG_MAP: {
    why: 'A map decides which repositories must agree; one that is not understood exactly could ask fewer than was meant.',
    next: 'Correct the map file; docs/clients/guard.md describes it.',
  },
  SOURCE_OFFLINE: {
    why: 'Offline nothing is asked of the network, and what is needed is not at hand.',
    next: 'Refresh where the repository can be reached (guard refresh --all-roles keeps every delegation), then try again.',
  },
  TRUST_PIN_MISMATCH: {
    why: 'The mirror would have clients trust other targets keys, or another threshold, than upstream does: that is how content is forged.',
    next: 'ALARM: tell security. If upstream rotated its keys, the mirror follows with its next root; if pins are static, compare them with upstream.',
  },
  TRUST_MIX_AND_MATCH: {
    why: 'Every file may be genuine, but upstream never published this combination of them.',
    next: 'ALARM: tell security, and the mirror’s operator; nothing was accepted.',
  },
  TRUST_ROLE_WITHHELD: {
    why: 'Upstream publishes a role that the mirror hides; the search must not go on to another role in its place.',
    next: 'Tell the mirror’s operator; a role that is deliberately not carried must be excluded by name.',
  },
  TRUST_EVIDENCE: {
    why: 'Without upstream’s own root chain, timestamp and snapshot nothing shows how old this is, or that it belongs together.',
    next: 'Tell the mirror’s operator: everything below upstream/ must be served as it was imported.',
  },
  TRUST_FLOOR: {
    why: 'The pin names a least version, because older genuine content can be replayed to whoever has no memory.',
    next: 'Ask the mirror’s operator for a newer import; compare with the floor in the pin.',
  },
  TRUST_RETIRED: {
    why: 'The pin calls upstream retired and names every version it left; anything else was chosen by somebody else.',
    next: 'ALARM: tell security. If upstream published after all, the pin must say so: ask whoever issued it.',
  },
  TRUST_LOG_FORMAT: {
    why: 'Checkpoints, proofs and notes have one exact form; what is read leniently can mean two things.',
    next: 'Ask for it again from the mirror’s log; if it stays so, tell the mirror’s operator.',
  },
  TRUST_LOG_SIGNATURE: {
    why: 'A checkpoint counts only under the log key that the pin names.',
    next: 'Check the log’s key in the pin; if it is right, ALARM: tell security.',
  },
  TRUST_LOG_PROOF: {
    why: 'What was received is not shown to be in the log, so nobody could ever be asked who brought it in.',
    next: 'Try again in a moment; if it stays so, ALARM: tell security and the mirror’s operator.',
  },
  TRUST_LOG_WITNESSES: {
    why: 'Without enough witnesses a log can show different histories to different people.',
    next: 'Tell the mirror’s operator which witnesses are missing; the pin says how many must have seen the checkpoint.',
  },
  TRUST_LOG_FORK: {
    why: 'A log only grows; a smaller or contradicting one was rewritten, or is shown to you alone.',
    next: 'ALARM: tell security; keep this guard’s directory, it holds the checkpoint that contradicts.',
  },
  TRUST_APPROVALS: {
    why: 'The pin wants to see that people agreed to this import, each by their own key; the mirror alone is not believed.',
    next: 'ALARM: tell security. If the people changed, the pin must name the new keys; the mirror must serve approvals (publish_approvals).',
  },
  TRUST_WRONG_REPOSITORY: {
    why: 'Metadata of one repository must not answer for another, whatever keys they share.',
    next: 'Check the address in the pin; if it is right, tell the mirror’s operator.',
  },
  TRUST_UNLISTED_TARGET: {
    why: 'No role that may speak for this name lists it, so upstream does not vouch for such a file.',
    next: 'See `countersign guard why NAME`; ask the mirror’s operator whether an import is due.',
  },
  TRUST_DISAGREEMENT: {
    why: 'The map asks for several repositories with the same length and hashes, and too few agree.',
    next: 'See `countersign guard why NAME` for what each said; one of them may be behind, or lying.',
  },
  POLICY_PIN_EXPIRED: {
    why: 'A pin with an end must be renewed by whoever answers for it, or nobody would ever look at it again.',
    next: 'Ask whoever issued the pin for a new one: guard pin set FILE.',
  },
  POLICY_OFFLINE_AGE: {
    why: 'The last refresh is longer ago than the pin allows for offline use; revocations since then are unknown.',
    next: 'Refresh where the mirror can be reached.',
  },
  POLICY_ROLE_EXCLUDED: {
    why: 'The mirror states, signed and with a reason, that it does not carry this role; no other role answers in its place.',
    next: 'Ask the mirror’s operator, who excluded it by name.',
  },
  STATE_NOT_ENROLLED: {
    why: 'A guard believes nothing without a pin; there is no first-use trust.',
    next: 'Run `countersign guard init PIN`, or name the directory with --data.',
  },
  STATE_ALREADY_ENROLLED: {
    why: 'A pin is a trust decision, and what the guard has seen is its memory; neither is overwritten by accident.',
    next: 'Use `countersign guard pin set FILE`, which keeps the marks, or choose another --name.',
  },
  STATE_CACHE: {
    why: 'What this guard has seen cannot be read, and without its marks older content could be replayed.',
    next: 'Restore the file; or, after finding out who damaged it, remove the guard’s directory and enrol again with a pin whose floor is recent.',
  },
  STATE_CLOCK_BEHIND: {
    why: 'The clock is earlier than a moment that was already seen; expired metadata would pass as fresh.',
    next: 'Correct the clock. If it was ahead before, this passes when the time that was seen has come.',
  },
} as const satisfies Record<string, Entry>;

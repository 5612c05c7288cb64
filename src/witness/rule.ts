/**
 * The rule that says who cosigns, as this program can follow it. A policy is also what clients pin; here it must moreover
 * be one whose quorum can be reached by asking.
 */
import { Refusal } from '../errors.ts';
import { parseWitnessPolicy, type WitnessPolicy } from '../tlog/witness-policy.ts';

/** A checkpoint with its own signature and one of each of these has room for as many again (notes hold a hundred). */
const MOST_WITNESSES = 48;
/** As long as an event may hold it. */
const LONGEST_TEXT = 20_000;

/** @throws CONFIG_WITNESSES */
export function readRule(text: string): WitnessPolicy {
  if (text.length > LONGEST_TEXT) refuse(`is longer than ${LONGEST_TEXT} characters`);
  const policy = parseWitnessPolicy(text);
  const { length } = policy.witnesses;
  if (length > MOST_WITNESSES) refuse(`lists ${length} witnesses, and ${MOST_WITNESSES} are the most`);
  return policy;
}

/**
 * A rule before it is set: what would stop the mirror, or count for nothing, is refused while somebody is looking.
 * @param logKey the verifier key of this log
 * @throws CONFIG_WITNESSES
 */
export function readNewRule(text: string, logKey: string): WitnessPolicy {
  const policy = readRule(text);
  const { logs, quorum } = policy;
  if (logs.length > 0 && !logs.some(({ key }) => key.text === logKey))
    refuse(`is for other logs: this one is ${logKey}`);
  if (quorum !== 'none' && !isReachable(policy)) refuse('asks for more witnesses than it gives addresses of');
  return policy;
}

/** Whether the quorum is reached once every witness with an address has cosigned. */
function isReachable({ witnesses, groups, quorum }: WitnessPolicy): boolean {
  const reached = new Set(witnesses.filter(({ url }) => url !== undefined).map(({ name }) => name));
  for (const { name, least, members } of groups)
    if (members.filter((member) => reached.has(member)).length >= least) reached.add(name);
  return reached.has(quorum);
}

function refuse(problem: string): never {
  throw new Refusal('CONFIG_WITNESSES', `The witness policy ${problem}.`);
}

/**
 * One line of allowed signers: `principals [options] type base64 [comment]`. Every part has one reading, or the line is
 * refused with what is wrong in it; nothing is passed over.
 * Source: ssh-keygen(1), “ALLOWED SIGNERS”; times as in “-V validity_interval”.
 */
import { isRefusal, Refusal } from '../errors.ts';
import { parseDate } from '../tuf/dates.ts';
import { printable } from '../tuf/names.ts';
import { isExact, LONGEST_PATTERN } from './patterns.ts';
import { parsePublicKeyLine, type SshPublicKey } from './public-key.ts';

/** One line: a key, and what it counts for. */
export interface AllowedSigner {
  /** Names and patterns (`*`, `?`, `!` in front forbids), at least one. */
  readonly principals: readonly string[];
  readonly key: SshPublicKey;
  /** Names and patterns of purposes; without them, every purpose. */
  readonly namespaces?: readonly string[];
  /** The first instant at which the key counts, whole seconds. */
  readonly validAfter?: Date;
  /** The last instant at which the key counts, whole seconds. */
  readonly validBefore?: Date;
  /** A line for certificates that this key issued; they are not supported, so it is kept and never matches. */
  readonly isCertAuthority: boolean;
}

type Options = Pick<AllowedSigner, 'namespaces' | 'validAfter' | 'validBefore' | 'isCertAuthority'>;

/** @param number the line’s, for whoever must correct it @throws CONFIG_POLICY */
export function parseSignerLine(line: string, number: number): AllowedSigner {
  try {
    // C programs stop at a zero byte, and terminals do worse.
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(line)) throw unfit('it has control characters');
    const [, quoted, bare = '', rest = ''] = /^(?:"([^"]*)"|([^" \t]+))[ \t]+(.*)$/.exec(line) ?? misshapen();
    const principals = readList(quoted ?? bare, 'a name');
    // No option is called like a kind of key.
    if (/^(ssh|ecdsa|sk)-/.test(rest)) return { principals, key: parsePublicKeyLine(rest), isCertAuthority: false };
    const [, options = '', key = ''] = /^((?:"[^"]*"|[^" \t])+)[ \t]+(.*)$/.exec(rest) ?? misshapen();
    return { principals, ...readOptions(options), key: parsePublicKeyLine(key) };
  } catch (cause) {
    if (!isRefusal(cause)) throw cause;
    throw new Refusal(
      'CONFIG_POLICY',
      `Line ${String(number)} of the allowed signers is not understood: ${cause.what}`,
      {
        next: 'Correct the line: names, options such as valid-before="20271231Z", and a public key as in a .pub file.',
      },
    );
  }
}

function misshapen(): never {
  throw unfit('it is not of the form “names [options] kind base64”');
}

function readList(text: string, what: string): readonly string[] {
  const patterns = text.split(',');
  if (patterns.some((pattern) => pattern === '' || pattern === '!')) throw unfit(`${what} is empty`);
  if (patterns.some((pattern) => Buffer.byteLength(pattern) > LONGEST_PATTERN)) throw unfit(`${what} is too long`);
  return patterns;
}

/** Backslashes escape quotation marks for ssh-keygen; no name here needs one. */
const OPTION = /^(?:(cert-authority)|(namespaces|valid-after|valid-before)="([^"\\]*)")(?:,(?=.)|$)/i;

function readOptions(text: string): Options {
  const found = new Map<string, string>();
  for (let rest = text; rest !== '';) {
    const [all = '', flag, name, value = ''] = OPTION.exec(rest) ?? [];
    const option = (flag ?? name ?? '').toLowerCase();
    if (option === '') throw unfit(`“${printable(rest, 60)}” is no option`);
    // Of two, one program may heed the first and another the last.
    if (found.has(option)) throw unfit(`${option} stands there twice`);
    found.set(option, value);
    rest = rest.slice(all.length);
  }
  const [namespaces, after, before] = ['namespaces', 'valid-after', 'valid-before'].map((name) => found.get(name));
  const validAfter = after === undefined ? undefined : readTime(after);
  const validBefore = before === undefined ? undefined : readTime(before);
  if (validAfter && validBefore && validBefore <= validAfter) throw unfit('valid-before is not after valid-after');
  return {
    isCertAuthority: found.has('cert-authority'),
    ...(namespaces === undefined ? {} : { namespaces: readList(namespaces, 'a purpose') }),
    ...(validAfter && { validAfter }),
    ...(validBefore && { validBefore }),
  };
}

/** `YYYYMMDD[HHMM[SS]]Z`; ssh-keygen takes `UTC` for `Z`, and without either the local time of whoever looks. */
function readTime(text: string): Date {
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', zone] =
    /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z|UTC)?$/i.exec(text) ?? [];
  if (year !== '' && zone === undefined) {
    throw unfit(`the time ${text} has no zone, so it means another instant on another machine; write ${text}Z for UTC`);
  }
  const time = parseDate(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // The first second of 1970 is “not given” to ssh-keygen.
  if (!time || time.getTime() === 0) throw unfit(`“${printable(text, 40)}” is no time of the form 20271231235959Z`);
  return time;
}

/** @throws CONFIG_POLICY for what the line would not carry exactly */
export function formatSignerLine({ principals, key, namespaces, isCertAuthority, ...period }: AllowedSigner): string {
  const names = writeList(principals);
  const options = [
    ...(isCertAuthority ? ['cert-authority'] : []),
    ...(namespaces ? [`namespaces="${writeList(namespaces)}"`] : []),
    ...(period.validAfter ? [`valid-after="${writeTime(period.validAfter)}"`] : []),
    ...(period.validBefore ? [`valid-before="${writeTime(period.validBefore)}"`] : []),
  ];
  const quoted = /[ #]/.test(names) ? `"${names}"` : names;
  const line = [quoted, ...(options.length > 0 ? [options.join(',')] : []), key.line].join(' ');
  // What cannot be read back would be passed over by ssh-keygen, and the person would be nobody there.
  parseSignerLine(line, 1);
  return line;
}

function writeList(names: readonly string[]): string {
  const wrong = names.find(
    (name) => !isExact(name) || /["\\\u0000-\u001f\u007f]/.test(name) || Buffer.byteLength(name) > LONGEST_PATTERN,
  );
  if (wrong !== undefined || names.length === 0) {
    throw new Refusal('CONFIG_POLICY', `“${printable(wrong ?? '')}” cannot stand among allowed signers as a name.`);
  }
  return names.join(',');
}

function writeTime(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
}

function unfit(what: string): Refusal {
  return new Refusal('CONFIG_POLICY', `${what}.`);
}

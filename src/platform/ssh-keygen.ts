/**
 * People sign with their own `ssh-keygen -Y sign`: this program never holds a person’s key, so agents, hardware keys and
 * passphrases work as everywhere else. Without a shell; the message and, for a key in the agent, its public half lie in a
 * private folder that is removed. What comes back is not believed: the caller verifies it.
 *
 * It asks at the controlling terminal or not at all. A program that `SSH_ASKPASS` names is never started, and the
 * standard input is not read: without a terminal a key with a passphrase is a refusal, not a wait.
 * Source: ssh-keygen(1), “-Y sign”; ssh(1), “ENVIRONMENT”, SSH_ASKPASS_REQUIRE (OpenSSH 8.4 and newer).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRefusal, Refusal } from '../errors.ts';
import { printable } from '../tuf/names.ts';
import { readNamedFile } from './named-file.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';

/** A file with the private key (or the public half of one that lies beside it or in the agent), or a key of the agent. */
export type PersonsKey = { readonly file: string } | { readonly publicKeyLine: string };

export interface SigningRequest {
  readonly key: PersonsKey;
  /** What the signature is for: one of `PURPOSES`. */
  readonly namespace: string;
  readonly message: Uint8Array;
  /** How long the person may take to type or to touch, milliseconds. */
  readonly timeoutMs?: number;
  /** Where `ssh-keygen` and the agent are found; this process’s own unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Told when a device waits for a touch; standard error unless given. */
  readonly tell?: (line: string) => void;
}

const PROGRAM = 'ssh-keygen';
const PATIENCE_MS = 120_000;
/** From asking it to end to ending it; also how long its last words may take after it ended. */
const FAREWELL_MS = 500;
const MOST_SAID = 4096;
/** As long as the longest signature that is read (sshsig/armor.ts). */
const MOST_SIGNATURE_BYTES = 16_384;

/**
 * The armoured signature.
 * @throws STATE_SIGNING with what ssh-keygen said: it is absent, refused, was killed, or took too long
 */
export async function signWithSshKeygen(request: SigningRequest): Promise<string> {
  const folder = await makeTemporaryFolder('signing');
  try {
    const message = join(folder.path, 'message');
    // For its owner alone, as the folder is: what is signed may be a reason that nobody else should read.
    await writeFile(message, request.message, { mode: 0o600 });
    const key = await keyFile(request.key, folder.path);
    const end = await run(['-Y', 'sign', '-q', '-f', key, '-n', request.namespace, message], request);
    const words = spoken(end.said.replaceAll(`${folder.path}/`, ''));
    if (end.trouble !== undefined) throw unsigned(`ssh-keygen ${end.trouble}${words}.`);
    return (await readNamedFile(`${message}.sig`, MOST_SIGNATURE_BYTES)).toString('utf8');
  } catch (cause) {
    if (isRefusal(cause, 'STATE_SIGNING')) throw cause;
    const what = isRefusal(cause) ? cause.what : `the file system says ${codeOf(cause)}.`;
    throw unsigned(`ssh-keygen was asked for a signature, and there is none: ${what}`, cause);
  } finally {
    await folder.remove();
  }
}

async function keyFile(key: PersonsKey, folder: string): Promise<string> {
  if ('file' in key) return key.file;
  // Without a private key beside it, ssh-keygen can only ask the agent.
  const path = join(folder, 'key.pub');
  await writeFile(path, `${key.publicKeyLine}\n`, { mode: 0o600 });
  return path;
}

interface End {
  readonly said: string;
  /** Undefined when it ended well. */
  readonly trouble?: string;
}

function run(words: readonly string[], request: SigningRequest): Promise<End> {
  const { timeoutMs = PATIENCE_MS, environment = process.env, tell = tellTerminal } = request;
  return new Promise((resolve) => {
    const env = { ...environment, SSH_ASKPASS_REQUIRE: 'never' };
    let child: ChildProcess;
    try {
      child = spawn(PROGRAM, words, { stdio: ['ignore', 'ignore', 'pipe'], env });
    } catch (cause) {
      resolve({ said: '', trouble: `cannot be started (${codeOf(cause)})` });
      return;
    }
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      for (const line of chunk.split('\n')) if (/user presence/i.test(line)) tell(printable(line));
      said = `${said}${chunk}`.slice(0, MOST_SAID);
    });
    let isLate = false;
    const timers = [
      setTimeout(() => {
        isLate = true;
        // It puts the terminal’s echo back when it is asked to end, and not when it is killed.
        child.kill('SIGTERM');
        timers.push(setTimeout(() => child.kill('SIGKILL'), FAREWELL_MS));
      }, timeoutMs),
    ];
    const finish = (trouble?: string): void => {
      timers.forEach((timer) => clearTimeout(timer));
      child.stderr?.destroy();
      resolve({ said, ...(trouble !== undefined && { trouble }) });
    };
    const onEnd = (code: number | null, signal: NodeJS.Signals | null): void => {
      if (isLate) finish(`did not sign within ${String(timeoutMs / 1000)} s, and was ended`);
      else if (code === null) finish(`was ended by ${String(signal)}`);
      else finish(code === 0 ? undefined : 'did not sign');
    };
    child.once('error', (error) => {
      finish(codeOf(error) === 'ENOENT' ? 'is not on the PATH' : `cannot be started (${codeOf(error)})`);
    });
    child.once('close', onEnd);
    // A process that it started may keep its standard error open, and must not be waited for.
    child.once('exit', (code, signal) => timers.push(setTimeout(() => onEnd(code, signal), FAREWELL_MS)));
  });
}

/** What it said in one line, without the prompt that nobody could answer and the frame around its warnings. */
function spoken(said: string): string {
  const lines = said.split('\n').map((line) => line.replace(/^Enter [^:]*: /, '').trim());
  const told = lines.filter((line) => line !== '' && !line.startsWith('@'));
  return told.length === 0 ? '' : `: ${printable(told.join(' '), 400).replace(/\.$/, '')}`;
}

function tellTerminal(line: string): void {
  process.stderr.write(`${line}\n`);
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code ?? error);
}

function unsigned(what: string, cause?: unknown): Refusal {
  return new Refusal('STATE_SIGNING', what, cause === undefined ? {} : { cause });
}

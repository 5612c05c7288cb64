/**
 * A mirror with people: real keys, made by ssh-keygen for this run, and an upstream that changes when told. Commands run as
 * they are typed; `as(name)` is what everybody adds who signs.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cp, mkdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, type TestContext } from 'node:test';
import { sha256 } from '../../src/tuf/digest.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { Workplace } from './workplace.ts';

const PROGRAM = 'ssh-keygen';

/** Why these scenarios cannot run here; false when they can. */
export const skip = spawnSync(PROGRAM, ['-?']).error ? 'ssh-keygen is not installed here: nobody can sign' : false;

const folder = mkdtempSync(join(tmpdir(), 'countersign-people-'));
after(() => rmSync(folder, { recursive: true }));
const made = new Set<string>();

/** The private key’s file of this name, without a passphrase; the public half lies beside it. */
export function keyFile(name: string): string {
  const path = join(folder, name);
  if (made.has(name)) return path;
  mkdirSync(dirname(path), { recursive: true });
  const { status } = spawnSync(PROGRAM, ['-q', '-t', 'ed25519', '-N', '', '-C', 'somebody@else', '-f', path]);
  assert.equal(status, 0, 'ssh-keygen makes a key');
  made.add(name);
  return path;
}

/** `SHA256:…`, as ssh-keygen prints it. */
export function fingerprint(name: string): string {
  const { stdout } = spawnSync(PROGRAM, ['-l', '-f', `${keyFile(name)}.pub`], { encoding: 'utf8' });
  return stdout.split(' ')[1] ?? '';
}

/** What whoever signs adds to a command. */
export function as(name: string, key = name): string {
  return `--as ${name} --key ${keyFile(key)}`;
}

/** The same, where `--key` names the key that is recorded. */
export function signedBy(name: string): string {
  return `--as ${name} --sign-with ${keyFile(name)}`;
}

/** From this office’s own upstream, wherever it was enrolled. */
export const IMPORT = 'import sample --from up';

export interface Policy {
  readonly min_approvers: number;
  readonly [member: string]: unknown;
}

export class Office {
  readonly workplace: Workplace;
  readonly upstream = new SimulatedUpstream().add('file.txt', 'first').publish('targets');

  private constructor(workplace: Workplace) {
    this.workplace = workplace;
    workplace.environment['PATH'] = process.env['PATH'] ?? '';
  }

  /** A trial with an enrolled upstream; nobody is recorded and nothing imported. */
  static async open(context: Pick<TestContext, 'after'>, init = 'init --root-online'): Promise<Office> {
    const workplace = await Workplace.open(context);
    const office = new Office(workplace);
    await workplace.succeed(init);
    await office.dump();
    await writeFile(workplace.path('root.json'), office.upstream.firstRoot);
    const digest = sha256(office.upstream.firstRoot);
    await workplace.succeed(`repo add sample --upstream up --root @root.json --root-sha256 ${digest}`);
    return office;
  }

  /**
   * Two approvers, alice and bob, who must both agree, and ivan, who imports and is none of them. Made once for each policy,
   * and copied: setting it up costs more than most scenarios.
   */
  static async ofTwo(context: Pick<TestContext, 'after'>, policy: object = {}): Promise<Office> {
    const model = join(folder, `office ${sha256(Buffer.from(JSON.stringify(policy)))}`);
    const isThere = await stat(model).then(
      () => true,
      () => false,
    );
    if (!isThere) await Office.#setUp(context, policy, model);
    const workplace = await Workplace.open(context);
    await cp(model, workplace.directory, { recursive: true, preserveTimestamps: true });
    return new Office(workplace);
  }

  static async #setUp(context: Pick<TestContext, 'after'>, policy: object, model: string): Promise<void> {
    const office = await Office.open(context);
    await office.add('alice', 'approver');
    await office.add('bob', 'approver', 'alice');
    await office.add('ivan', 'importer', 'alice');
    await office.setPolicy({ min_approvers: 2, exclude_importer: true, ...policy }, 'alice');
    await cp(office.workplace.directory, model, { recursive: true, preserveTimestamps: true });
  }

  async add(name: string, roles: string, ...by: string[]): Promise<void> {
    const line = `operator add ${name} --key ${keyFile(name)}.pub --role ${roles}`;
    if (by.length === 0) await this.workplace.succeed(line);
    for (const signer of by) await this.workplace.succeed(`${line} ${signedBy(signer)}`);
  }

  async setPolicy(policy: Policy, ...by: string[]): Promise<void> {
    await writeFile(this.workplace.path('policy.json'), JSON.stringify(policy));
    if (by.length === 0) await this.workplace.succeed('policy set @policy.json');
    for (const signer of by) await this.workplace.succeed(`policy set @policy.json ${as(signer)}`);
  }

  /** Upstream publishes this content under its next versions. */
  async change(text: string): Promise<void> {
    this.upstream.add('file.txt', text).publish('targets');
    await this.dump();
  }

  /** Upstream renews its timestamp and snapshot, and nothing else. */
  async renew(): Promise<void> {
    this.upstream.publish();
    await this.dump();
  }

  async import(by = 'ivan'): Promise<Record<string, unknown>> {
    return (await this.workplace.succeed(`${IMPORT} ${as(by)} --json`)).json;
  }

  /** The import that is public; null for none. */
  async published(): Promise<unknown> {
    const { json } = await this.workplace.type('repo show sample --json');
    return (json['current'] as { import: number } | null)?.import ?? null;
  }

  async stateOf(number: number): Promise<string> {
    const { imports } = (await this.workplace.succeed('imports --json')).json as {
      imports: { number: number; state: string }[];
    };
    return imports.find((one) => one.number === number)?.state ?? 'none';
  }

  private async dump(): Promise<void> {
    const up = this.workplace.path('up');
    await this.upstream.dumpTo(up);
    await mkdir(join(up, 'targets'), { recursive: true });
    for (const [path, bytes] of this.upstream.targets.targets) await writeFile(join(up, 'targets', path), bytes);
  }
}

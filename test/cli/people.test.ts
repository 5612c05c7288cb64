/** Who decides is itself decided: by the others, each signing the very same change; and who brings things in signs for it. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { accountName } from '../../src/platform/account.ts';
import { Database } from '../../src/platform/database.ts';
import { DAY } from '../simulator/clock.ts';
import { as, fingerprint, IMPORT, keyFile, Office, signedBy, skip } from './office.ts';

interface Listed {
  readonly operators: readonly {
    readonly actor: string;
    readonly name: string | null;
    readonly roles: readonly string[];
  }[];
  readonly changes: readonly { readonly kind: string; readonly text: string; readonly reason: string | null }[];
}

async function listed(office: Office, options = ''): Promise<Listed> {
  return (await office.workplace.succeed(`operator list ${options} --json`)).json as unknown as Listed;
}

/** Every leaf as it stands in the record. */
function leaves(office: Office): { type: string; actor: string; text: string }[] {
  const database = new Database(office.workplace.path('data', 'record.sqlite'));
  try {
    return database.all('SELECT body FROM log_entry ORDER BY idx').map(({ body }) => {
      const { type, actor } = JSON.parse(String(body)) as { type: string; actor: string };
      return { type, actor, text: String(body) };
    });
  } finally {
    database.close();
  }
}

test(
  'the first person is recorded by the account, the others by people; names stay out of the ledger',
  { skip },
  async (context) => {
    const office = await Office.open(context, 'init --root-online --log-origin mirror.example.org/log');
    const { workplace } = office;
    assert.match(await readFile(workplace.path('data', 'head.json'), 'utf8'), /"mirror\.example\.org\/log\\n/);
    for (const name of ['https://mirror.example.org/log', 'a b', 'a+b', '/log'])
      assert.equal((await workplace.refused('init --data @other --log-origin', name)).code, 'USAGE_OPTION', name);
    assert.match((await workplace.succeed('operator list')).out, /solo mode/);
    const add = (name: string, more = ''): string =>
      `operator add ${name} --key ${keyFile(name)}.pub --role approver ${more}`;
    for (const [line, code] of [
      [add('alice', signedBy('alice')), 'USAGE_OPTION'],
      [`operator add alice --key ${keyFile('alice')} --role approver`, 'USAGE_FILE'],
      [`operator add alice --key ${keyFile('alice')}.pub --role king`, 'USAGE_OPTION'],
      [`operator add a-00000000000000000000 --key ${keyFile('alice')}.pub --role auditor`, 'USAGE_OPTION'],
      [`operator add local --key ${keyFile('alice')}.pub --role auditor`, 'USAGE_OPTION'],
      [`operator add al*ce --key ${keyFile('alice')}.pub --role auditor`, 'USAGE_OPTION'],
    ] as const)
      assert.equal((await workplace.refused(line)).code, code, line);
    await workplace.succeed(add('alice'));
    const alone = await workplace.refused(add('bob'));
    assert.deepEqual([alone.exitCode, alone.code], [6, 'POLICY_CHANGE']);
    assert.match(alone.next, /--as NAME/);
    await workplace.succeed(add('bob', signedBy('alice')));
    const { operators } = await listed(office);
    const alice = operators.find(({ name }) => name === 'alice')?.actor ?? '';
    assert.deepEqual(
      operators.map(({ name, roles }) => [name, ...roles]),
      [
        ['alice', 'approver'],
        ['bob', 'approver'],
      ],
    );
    const told = leaves(office);
    assert.deepEqual(
      told.filter(({ type }) => type === 'actor.add').map(({ actor }) => actor),
      ['local', alice],
      'whoever did it, by their signature (A-04)',
    );
    for (const { text } of told) assert.doesNotMatch(text, /"alice"|"bob"|ssh-ed25519 AAAA|somebody@else/);
    for (const [line, code] of [
      [add('Alice', signedBy('alice')), 'USAGE_OPERATOR_EXISTS'],
      [`operator add twin --key ${keyFile('bob')}.pub --role auditor ${signedBy('alice')}`, 'USAGE_OPERATOR_EXISTS'],
      [`operator retire nobody --reason x ${as('alice')}`, 'USAGE_UNKNOWN_OPERATOR'],
      [`operator retire bob ${as('alice')}`, 'USAGE_REASON'],
      [`operator retire bob --reason x ${as('bob')}`, 'POLICY_NOT_PERMITTED'],
      [`operator revoke-key bob ${fingerprint('alice')} --reason x ${as('alice')}`, 'USAGE_UNKNOWN_OPERATOR'],
    ] as const)
      assert.equal((await workplace.refused(line)).code, code, line);
    // The same key, said to be one of a device: another fingerprint, and one person twice (K-02).
    const [, base64 = ''] = (await readFile(`${keyFile('bob')}.pub`, 'utf8')).split(' ');
    const point = Buffer.from(base64, 'base64').subarray(-32);
    const part = (bytes: Uint8Array | string): Buffer => {
      const content = Buffer.from(bytes);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(content.length);
      return Buffer.concat([length, content]);
    };
    const kind = 'sk-ssh-ed25519@openssh.com';
    await writeFile(
      workplace.path('sk.pub'),
      `${kind} ${Buffer.concat([part(kind), part(point), part('ssh:')]).toString('base64')}\n`,
    );
    const dressed = await workplace.refused(`operator add twin --key @sk.pub --role approver ${signedBy('alice')}`);
    assert.equal(dressed.code, 'USAGE_OPERATOR_EXISTS');
  },
);

test('two must agree: to the same name, key, roles and reason, once, and in time', { skip }, async (context) => {
  const office = await Office.ofTwo(context);
  const { workplace } = office;
  const add = (more: string, name = 'carol', roles = 'approver,importer'): string =>
    `operator add ${name} --key ${keyFile('carol')}.pub --role ${roles} ${more}`;
  const first = (await workplace.succeed(`${add(signedBy('alice'))} --json`)).json;
  assert.deepEqual([first['outcome'], first['missing'], first['asked']], ['waits', 1, 2]);
  assert.deepEqual(
    (first['others'] as { name: string }[]).map(({ name }) => name),
    ['bob'],
  );
  const again = await workplace.succeed(add(signedBy('alice')));
  assert.match(again.out, /^RECORDED, AND WAITS\. Signed before by alice/);
  assert.equal(leaves(office).filter(({ type }) => type === 'change.signed').length, 4, 'no second signature of hers');
  assert.match(
    (await workplace.succeed('operator list')).out,
    /Waits for 1 more signature of 2: to add the operator carol as approver, importer/,
  );
  // Another person, other roles: another change, which waits by itself.
  assert.equal((await workplace.succeed(`${add(signedBy('bob'), 'carla')} --json`)).json['outcome'], 'waits');
  assert.equal(
    (await workplace.succeed(`${add(signedBy('bob'), 'carol', 'approver')} --json`)).json['outcome'],
    'waits',
  );
  assert.equal((await workplace.succeed(`${add(signedBy('bob'))} --dry-run --json`)).json['missing'], 0);
  const second = (await workplace.succeed(`${add(signedBy('bob'), 'Carol', 'importer,approver')} --json`)).json;
  assert.deepEqual(
    [second['outcome'], (second['operator'] as { actor: string }).actor],
    ['done', (first['operator'] as { actor: string }).actor],
  );
  assert.equal((await workplace.refused(add(signedBy('bob')))).code, 'USAGE_OPERATOR_EXISTS');

  const retire = 'operator retire carol';
  await workplace.succeed(`${retire} ${as('alice')} --reason`, 'left in May');
  const other = await workplace.refused(`${retire} ${as('bob')} --reason fired`);
  assert.equal(other.code, 'USAGE_OPTION');
  assert.match(other.what, /“left in May”/);
  // A month later hers counts no more.
  workplace.clock.step(31 * DAY);
  assert.equal((await workplace.succeed(`${retire} ${as('bob')} --reason fired --json`)).json['outcome'], 'waits');
  await workplace.succeed(`${retire} ${as('alice')}`);
  assert.ok(!(await listed(office)).operators.some(({ name }) => name === 'carol'));
  assert.ok((await listed(office, '--all')).operators.some(({ name }) => name === 'carol'));
  // Whoever comes back is another person, with another key.
  await workplace.succeed(`operator add carol --key ${keyFile('carol-2')}.pub --role auditor ${signedBy('alice')}`);
  await workplace.succeed(`operator add carol --key ${keyFile('carol-2')}.pub --role auditor ${signedBy('bob')}`);
  assert.equal((await listed(office, '--all')).operators.filter(({ name }) => name === 'carol').length, 2);
  // Of two of one name, who is still here is meant.
  await workplace.succeed(`operator add-key carol --key ${keyFile('carol-3')}.pub ${signedBy('alice')} --dry-run`);
  await workplace.succeed('fsck');
});

test('what somebody else does while a person signs is looked at again before it counts', { skip }, async (context) => {
  const office = await Office.ofTwo(context);
  const { workplace } = office;
  await office.import();
  await office.change('second');
  await office.import();
  await workplace.succeed(`approve 1 ${as('alice')} --yes`);
  const add = (signer: string): string =>
    `operator add carol --key ${keyFile('carol')}.pub --role auditor ${signedBy(signer)} --json`;
  // Two who begin at once would each wait for the other under something else.
  const begun = await whileSigning(office, add('alice'), () => workplace.succeed(add('bob')));
  assert.equal((begun['error'] as { code: string }).code, 'STATE_CONFLICT');
  assert.equal((await workplace.succeed(add('alice'))).json['outcome'], 'done');
  // What alice reads is what changes from nothing; then import 1 is public.
  const read = await whileSigning(office, `approve 2 ${as('alice')} --yes --json`, () =>
    workplace.succeed(`approve 1 ${as('bob')} --yes`),
  );
  assert.equal((read['error'] as { code: string }).code, 'STATE_CONFLICT');
  assert.equal(await office.published(), 1);
});

/** Runs `work` between the moment in which the command asks for a signature and the one in which it gets it. */
async function whileSigning(
  office: Office,
  line: string,
  work: () => Promise<unknown>,
): Promise<Record<string, unknown>> {
  const { workplace } = office;
  const [asked, go] = [workplace.path('asked'), workplace.path('go')];
  for (const file of [asked, go]) await rm(file, { force: true });
  const path = workplace.environment['PATH'] ?? '';
  const script = `#!/bin/sh\ntouch '${asked}'\nwhile [ ! -e '${go}' ]; do sleep 0.02; done\nPATH='${path}' exec ssh-keygen "$@"\n`;
  await mkdir(workplace.path('slow'), { recursive: true });
  await writeFile(workplace.path('slow', 'ssh-keygen'), script, { mode: 0o700 });
  workplace.environment['PATH'] = `${workplace.path('slow')}:${path}`;
  const typed = workplace.type(line);
  while (!existsSync(asked)) await setTimeout(10);
  workplace.environment['PATH'] = path;
  await work();
  await writeFile(go, '');
  return (await typed).json;
}

test('a policy is agreed to as a document, and says what nobody can meet', { skip }, async (context) => {
  const office = await Office.ofTwo(context);
  const { workplace } = office;
  const set = async (policy: object, more: string): Promise<Record<string, unknown>> => {
    await writeFile(workplace.path('p.json'), JSON.stringify(policy));
    return (await workplace.succeed(`policy set @p.json --json ${more}`)).json;
  };
  const strict = { min_approvers: 3, teams: { security: 1 } };
  const first = await set(strict, `--repository sample ${as('alice')}`);
  assert.deepEqual(
    [first['outcome'], first['unmet']],
    [
      'waits',
      ['It asks for 3 people who approve, and there are 2.', 'It asks for 1 of the team security, and there are 0.'],
    ],
  );
  assert.equal(
    (await set({ min_approvers: 3 }, `--repository sample ${as('bob')}`))['outcome'],
    'waits',
    'another document',
  );
  const { policies, changes } = (await workplace.succeed('policy show --repository sample --json')).json as {
    policies: { scope: string; policy: { min_approvers: number } }[];
    changes: unknown[];
  };
  assert.deepEqual(
    [policies.map(({ scope, policy }) => [scope, policy.min_approvers]), changes.length],
    [[['*', 2]], 2],
  );
  assert.equal((await set(strict, `--repository sample ${as('bob')}`))['outcome'], 'done');
  assert.equal((await workplace.refused(`policy set @p.json --repository sample ${as('bob')}`)).code, 'USAGE_OPTION');
  assert.equal(
    (await workplace.refused(`policy set @p.json --repository other ${as('bob')}`)).code,
    'USAGE_UNKNOWN_REPOSITORY',
  );
  await writeFile(workplace.path('p.json'), '{"min_approver": 1}');
  const typo = await workplace.refused(`policy set @p.json ${as('bob')}`);
  assert.deepEqual([typo.exitCode, typo.code], [3, 'CONFIG_POLICY']);
});

test(
  'imports: an account until somebody is recorded; then only importers, before anybody is asked',
  { skip },
  async (context) => {
    const office = await Office.open(context);
    const { workplace } = office;
    const claims = async (): Promise<unknown[]> => {
      const { imports } = (await workplace.succeed('imports --json')).json as {
        imports: { claim: { as: string }; by: { name: string | null } }[];
      };
      return imports.map(({ claim, by }) => by.name ?? claim.as);
    };
    await workplace.succeed(IMPORT);
    await workplace.succeed(`${IMPORT} --as`, 'Ina from operations');
    assert.deepEqual(await claims(), ['Ina from operations', accountName()]);
    assert.equal((await workplace.refused(`${IMPORT} ${as('ina')}`)).code, 'USAGE_OPTION', 'nobody’s key');
    await office.add('alice', 'approver');
    await workplace.succeed(IMPORT);
    assert.equal(
      (await workplace.refused(`${IMPORT} --as ina`)).code,
      'USAGE_UNKNOWN_OPERATOR',
      'it would look like her word',
    );
    await office.add('ina', 'importer', 'alice');
    const requests = 'import sample --from nowhere';
    for (const [line, code] of [
      [requests, 'POLICY_NOT_PERMITTED'],
      [`${requests} --dry-run`, 'POLICY_NOT_PERMITTED'],
      [`${requests} ${as('alice')}`, 'POLICY_NOT_PERMITTED'],
      [`${requests} ${as('ina', 'alice')}`, 'POLICY_NOT_PERMITTED'],
      [`${requests} --key ${keyFile('ina')}`, 'USAGE_OPTION'],
      [`${requests} ${as('ina')}`, 'SOURCE_UNREACHABLE'],
    ] as const)
      assert.equal((await workplace.refused(line)).code, code, line);
    assert.equal((await workplace.succeed(`${IMPORT} ${as('ina')} --dry-run --json`)).json['outcome'], 'rehearsed');
    await workplace.succeed(`${IMPORT} ${as('ina')}`);
    assert.deepEqual(await claims(), ['ina', 'ina', accountName(), 'Ina from operations', accountName()]);
    await workplace.succeed('renew --force');
    await workplace.succeed('fsck');
  },
);

test('a rehearsal signs nothing and records nothing', { skip }, async (context) => {
  const office = await Office.ofTwo(context, { break_glass: { min_approvers: 1, review_within_days: 1 } });
  const { workplace } = office;
  await office.import();
  await writeFile(workplace.path('p.json'), '{"min_approvers": 1}');
  const before = leaves(office).length;
  for (const line of [
    `operator add eve --key ${keyFile('eve')}.pub --role auditor ${signedBy('alice')}`,
    `operator add-key bob --key ${keyFile('eve')}.pub ${signedBy('alice')}`,
    `operator revoke-key bob ${fingerprint('bob')} --reason x ${as('alice')}`,
    `operator retire bob --reason x ${as('alice')}`,
    `policy set @p.json ${as('alice')}`,
    `approve 1 ${as('alice')}`,
    `reject 1 ${as('alice')} --reason x`,
    `publish 1 --break-glass --reason x ${as('alice')}`,
  ]) {
    const { json } = await workplace.succeed(`${line} --dry-run --json`);
    assert.equal(json['dryRun'], true, line);
  }
  assert.equal(leaves(office).length, before);
  const sealed = new Database(workplace.path('data', 'sealed.sqlite'));
  const kinds = sealed
    .all('SELECT kind, COUNT(*) AS number FROM sealed GROUP BY kind')
    .map(({ kind, number }) => [kind, number]);
  sealed.close();
  assert.deepEqual(Object.fromEntries(kinds), { name: 3, place: 1, 'public-key': 3, signature: 4 });
  assert.equal(await office.published(), null);
});

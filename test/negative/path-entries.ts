/** Catalogue section P: names and paths. On disk there are digests only; names come and go as data. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { metadataUrl, targetUrl } from '../../src/tuf/urls.ts';
import { openDirectorySource } from '../../src/acquire/directory-source.ts';
import { createDataDirectory, openMirror } from '../../src/open.ts';
import { Disk } from '../../src/platform/disk.ts';
import { createKeyring } from '../../src/sign/keyring.ts';
import { type TargetPath, repositoryId, roleName } from '../../src/tuf/names.ts';
import { isRefusal } from '../../src/errors.ts';
import { FakeClock } from '../simulator/clock.ts';
import { drawFrom } from '../simulator/keys.ts';
import type { MirroredRepository } from '../simulator/mirrored.ts';
import { refused, rejected } from '../simulator/refused.ts';
import type { SimulatedUpstream } from '../simulator/upstream.ts';
import type { Corpus, ImportCase, OtherCase } from './corpus.ts';

const ROLE_NAMES = [
  '../../x',
  '..%2fx',
  '%2e%2e/x',
  '..\\x',
  '/etc/x',
  'C:x',
  'CON',
  'x.',
  'a/b',
  'a?b',
  'a#b',
  '%',
  ';',
  '//host/x',
  '1.root',
];
const TARGET_NAMES = [
  '../x',
  '..\\x',
  '/etc/x',
  'C:x',
  'CON',
  'x.',
  'a//b',
  '//evil.example/x',
  'a/../b',
  'x'.repeat(4096),
];
const PLAIN_TARGET_NAMES = ['..%2fx', '%2e%2e/x', 'a?b', 'a#b', '%', ';', 'a b', "a'b"];

export const PATH_ENTRIES: Corpus = {
  'P-01': [
    {
      says: 'role names that would be paths are carried under exactly those names, and name no file of ours',
      spoil: (upstream) => {
        for (const name of ROLE_NAMES) upstream.author.delegate('targets', name, { paths: [`${name}/*`] });
        upstream.publish('targets');
      },
      // The patterns made of those names are odd, too.
      outcome: ['ambiguous-pattern', 'versioned-role-name'],
      then: async (mirrored, upstream) => {
        for (const name of ROLE_NAMES) {
          const served = mirrored.published().get(`1.${name}.json`);
          assert.ok(served && Buffer.from(upstream.file(`1.${name}.json`)).equals(served), name);
        }
        await assertOwnNamesOnly(mirrored);
      },
    },
  ],
  'P-02': [
    {
      says: 'target names that would leave a directory are carried by digest and noted, and name no file of ours',
      spoil: (upstream) => {
        for (const name of [...TARGET_NAMES, ...PLAIN_TARGET_NAMES]) upstream.add(name, `content of ${name}`);
        upstream.publish('targets');
      },
      outcome: ['unsafe-target-name'],
      then: async (mirrored) => {
        const notes = mirrored.lastImport.notes.filter(({ kind }) => kind === 'unsafe-target-name');
        assert.equal(notes.length, TARGET_NAMES.length);
        const carried = mirrored.mirror.reader.importTargets(mirrored.lastImport.number);
        for (const { sha256 } of carried) await mirrored.mirror.blobs.check(sha256, true);
        assert.ok(TARGET_NAMES.every((name) => carried.some(({ path }) => path === name)));
        await assertOwnNamesOnly(mirrored);
      },
    },
    ...['sha256', 'sha512'].map((algorithm): ImportCase => ({
      says: `a ${algorithm} that would be a path is malformed`,
      spoil: (upstream) => {
        const change = (text: string): string =>
          text.replace(/"sha256":"[0-9a-f]{64}"/, `"${algorithm}":"../../../../x"`);
        upstream.rewrite('targets', change).publish('targets');
      },
      outcome: 'TRUST_MALFORMED',
    })),
  ],
  'P-03': [
    {
      says: 'a repository id that would be a path, or one of our routes, is refused before anything is made of it',
      check: () => {
        for (const id of ['..', '../x', 'a/b', 'A', '', 'a\0', 'v2', 'log', 'api', '_x', 'a'.repeat(64)]) {
          refused('USAGE_REPOSITORY_ID', () => repositoryId(id));
        }
      },
    },
  ],
  'P-04': [
    {
      says: 'no role or target name moves a request off the enrolled address',
      check: () => {
        const base = new URL('https://upstream.example/repo/metadata/');
        for (const name of [...ROLE_NAMES, '', '..', '\u0000', '😀']) {
          const url = metadataUrl(base, { role: roleName(name), version: 1 });
          assert.equal(decodeURIComponent(url.href.slice(base.href.length)), `1.${name}.json`);
        }
        for (const name of [...TARGET_NAMES, ...PLAIN_TARGET_NAMES, '..%00/', 'a?b#c', '\\\\host\\x']) {
          const url = orRefused(() => targetUrl(base, name as TargetPath, name));
          if (url) assert.equal(decodeURIComponent(url.href.slice(base.href.length)), name);
        }
        refused('TRUST_TARGET', () => targetUrl(base, 'a/../b' as TargetPath, 'a/../b'));
      },
    },
  ],
  'P-05': [
    {
      says: 'a data directory that is a link, or open to others, is refused before anything is read or written',
      check: inTemporaryDirectory(async (parent) => {
        const paths = { data: join(parent, 'data') };
        const options = { clock: new FakeClock(), holder: 'test' };
        await createKeyring(new Disk(), join(paths.data, 'keys'), drawFrom('P-05'), { withRootOnline: true });
        await createDataDirectory(paths, options, 'online');
        await rename(paths.data, join(parent, 'elsewhere'));
        await symlink(join(parent, 'elsewhere'), paths.data);
        await rejected('STATE_PERMISSIONS', openMirror(paths, options));
        await chmod(join(parent, 'elsewhere'), 0o755);
        await rejected('STATE_PERMISSIONS', openMirror({ data: join(parent, 'elsewhere') }, options));
      }),
    },
    {
      says: 'a link inside a directory source is refused, not followed',
      check: inTemporaryDirectory(async (parent, upstream) => {
        await upstream.dumpTo(parent);
        await rename(join(parent, 'metadata', '1.targets.json'), join(parent, 'outside'));
        await symlink(join(parent, 'outside'), join(parent, 'metadata', '1.targets.json'));
        const source = await openDirectorySource(parent);
        await rejected('SOURCE_UNREADABLE', source.metadata({ role: roleName('targets'), version: 1 }, 100_000));
      }),
    },
  ],
};

function inTemporaryDirectory(
  work: (parent: string, upstream: SimulatedUpstream) => Promise<void>,
): OtherCase['check'] {
  return async (_mirrored, upstream) => {
    const parent = await mkdtemp(join(tmpdir(), 'countersign-mirror-'));
    try {
      await work(parent, upstream);
    } finally {
      await rm(parent, { recursive: true, force: true });
    }
  };
}

/** Everything below the data directory is named by this program or by a digest. */
async function assertOwnNamesOnly({ mirror }: MirroredRepository): Promise<void> {
  const names = await readdir(mirror.dataDirectory, { recursive: true });
  const own =
    /^(?:blobs(?:\/(?:incoming|sha256(?:\/[0-9a-f]{2}(?:\/[0-9a-f]{64})?)?))?|keys(?:\/[a-z-]+\.secret)?|locks(?:\/[a-z0-9-]+\.lock(?:-journal|-wal|-shm)?)?|head\.json|(?:record|sealed)\.sqlite(?:-wal|-shm)?)$/;
  assert.deepEqual(
    names.filter((name) => !own.test(name)),
    [],
  );
}

function orRefused(attempt: () => URL): URL | undefined {
  try {
    return attempt();
  } catch (error) {
    if (isRefusal(error, 'TRUST_TARGET')) return undefined;
    throw error;
  }
}

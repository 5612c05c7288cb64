/**
 * What the sample upstream publishes: three small text files that explain themselves, each reached in another way, so
 * that a first look at the mirror shows a plain target, a nested delegation and a terminating one.
 */
import type { Author } from './author.ts';

const WELCOME = `Welcome to the sample upstream.

This file is a target of the top-level targets role. The sample's own key signed its name, length and SHA-256. The
mirror carries it byte for byte, lists that same key in its own root, and adds only what says which state is current
here: its own root, snapshot and timestamp. Change one byte of it, anywhere, and a client refuses it.
`;

const COMPASS = `The compass: a target behind a nested delegation.

targets delegates projects/* and projects/*/* to the role "projects", and that role delegates projects/tools/* to the
role "projects-tools", which signed this file. A client walks that path each time, and every signature on it is the
upstream's own. The mirror cannot shorten the path, and it publishes no state in which a part of the path is missing.
`;

const ADVISORY = `Advisory 2026-001: a target behind a terminating delegation.

targets delegates advisories/* to the role "advisories" and says that the search ends there: for these names no role
of lower priority is asked, so nobody else can answer in its place. There is nothing to worry about in this advisory.
`;

/** Fills an author that has published nothing yet. */
export function addSampleContent(author: Author): void {
  author.role('targets').targets.set('welcome.txt', Buffer.from(WELCOME, 'utf8'));
  const advisories = author.delegate('targets', 'advisories', { paths: ['advisories/*'], terminating: true });
  advisories.targets.set('advisories/2026-001.txt', Buffer.from(ADVISORY, 'utf8'));
  author.delegate('targets', 'projects', { paths: ['projects/*', 'projects/*/*'] });
  const tools = author.delegate('projects', 'projects-tools', { paths: ['projects/tools/*'] });
  tools.targets.set('projects/tools/compass.txt', Buffer.from(COMPASS, 'utf8'));
}

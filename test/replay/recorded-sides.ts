/** Recorded states as they are compared: their files, with the content of targets beside them. */
import type { SideFiles } from '../verify/difference/sides.ts';
import type { RecordedState } from './archive.ts';
import { type Decided, Classifier } from './classify.ts';

interface Listed {
  readonly signed: {
    readonly targets?: Readonly<Record<string, { readonly hashes: Readonly<Record<string, string>> }>>;
  };
}

/** The files of every state that is whole, in order; roles that upstream tore are left out, as an operator would. */
export function recordedSides(states: readonly RecordedState[]): { readonly seq: number; readonly files: SideFiles }[] {
  return states.flatMap((state) => {
    const decided: Decided = { excluded: new Set(), accepted: new Set() };
    const { refusal, authored, rootVersion } = new Classifier().read(state, 'directory', decided);
    if (refusal) return [];
    const files: SideFiles = {
      root: state.bytes(`metadata/${rootVersion}.root.json`),
      timestamp: state.bytes('metadata/timestamp.json'),
      snapshot: state.bytes('metadata/snapshot.json'),
      roles: new Map([...authored].map(([role, path]) => [role, state.bytes(path)])),
      targets: new Map([...authored].map(([role, path]) => [role, contentOf(state, state.bytes(path))])),
    };
    return [{ seq: state.seq, files }];
  });
}

/** Under any of the names that upstream laid it out with. */
function contentOf(state: RecordedState, role: Buffer): Map<string, Buffer> {
  const { targets = {} } = (JSON.parse(role.toString('utf8')) as Listed).signed;
  return new Map(
    Object.entries(targets).flatMap(([path, { hashes }]) => {
      const slash = path.lastIndexOf('/') + 1;
      const names = Object.values(hashes).map((digest) => `${path.slice(0, slash)}${digest}.${path.slice(slash)}`);
      const name = names.map((file) => `targets/${file}`).find((file) => state.sha256(file) !== undefined);
      return name === undefined ? [] : [[path, state.bytes(name)] as const];
    }),
  );
}

/** docs/reference/config.md, from the schema. */
import { type Setting, keyName, SETTINGS, variableName } from '../../src/config/keys.ts';
import { NONE, SCHEMA } from '../../src/config/schema.ts';

const INTRODUCTION = `# Configuration

Everything is optional: without a file, every setting has its default. The file is \`countersign.yaml\` where the command is run, or what \`--config\` or \`COUNTERSIGN_CONFIG\` names.

- **What decides:** a flag before a variable of the environment, before the file, before the default. \`countersign config explain\` shows every effective value and where it came from.
- **Nothing is ignored:** a key that is not listed here is an error, in the file and in the environment; the nearest known one is suggested. \`countersign config validate\` tells all problems at once, with line and column.
- **Durations have units:** \`45s\`, \`30m\`, \`12h\`, \`1d\`, \`2w\`, \`1d12h\`, or ISO 8601 such as \`P1D\`. A bare number is an error. Rates are written \`1024B/s\`, \`1kB/s\`, \`1MB/s\`.
- **Relative paths** in the file start at the file’s own directory; those in flags and variables start where the command is run.
- **Secrets are never written here.** Settings name files that hold them. Such files must be private (mode 0600).
- **Trust decisions are not settings.** Repositories, roots and exclusions are recorded by commands, so that a changed file can never change what is believed.

The file is plain YAML 1.2: no anchors, aliases or tags, and no key twice. A variable gives one scalar; an empty variable counts as not set. Variables named \`COUNTERSIGN_SERVICE_…\` and \`COUNTERSIGN_PORT…\`, which Kubernetes sets for a service of that name, are left alone.

\`\`\`yaml
listen: 0.0.0.0:8700
data: /var/lib/countersign
keys: /var/lib/countersign-keys
head_file: /mnt/other-volume/countersign-head.json
lifetimes:
  timestamp: 2d
upstream:
  proxy: http://proxy.example:3128
  ca: /etc/ssl/corporate.pem
\`\`\`

## Settings
`;

export function configPage(): string {
  const single = SETTINGS.filter(({ path }) => path.length === 1);
  const groups = Object.entries(SCHEMA.properties).filter(([, entry]) => 'properties' in entry);
  return [
    INTRODUCTION,
    table(single),
    ...groups.flatMap(([name, { description }]) => [
      `## ${name}`,
      '',
      description,
      '',
      table(SETTINGS.filter(({ path }) => path.length === 2 && path[0] === name)),
    ]),
  ].join('\n');
}

function table(settings: readonly Setting[]): string {
  const rows = settings.map(({ path, leaf }) => {
    const standard = leaf.default === NONE ? '' : `\`${String(leaf.default)}\``;
    const words = leaf.enum ? ` One of ${leaf.enum.map((word) => `\`${word}\``).join(', ')}.` : '';
    return `| \`${keyName(path)}\` | ${standard} | ${leaf.description}${words} | \`${variableName(path)}\` |`;
  });
  return ['| key | default | meaning | variable |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}

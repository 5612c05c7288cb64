/** One layer against the schema, in words. Values of secrets are never repeated. */
import { type AnySchemaObject, type ErrorObject, Ajv2020 } from 'ajv/dist/2020.js';
import { parseAddress } from '../platform/listen.ts';
import { printable } from '../tuf/names.ts';
import { SETTINGS, type KeyPath, findSetting, keyName, nearest } from './keys.ts';
import type { Layer } from './layers.ts';
import type { Problem } from './problems.ts';
import { parseDuration, parseRate } from './quantities.ts';
import { type Format, type Leaf, SCHEMA } from './schema.ts';

// Compiled at the start of every command; that it is a schema is checked once, by a test.
const OPTIONS = { strict: true, validateSchema: false, code: { optimize: false } } as const;

const FORMATS: Readonly<Record<Format, { readonly isValid: (text: string) => boolean; readonly expected: string }>> = {
  address: { isValid: isAddress, expected: 'an address and port such as 127.0.0.1:8700 or [::1]:8700' },
  path: { isValid: (text) => !text.includes('\0'), expected: 'a path' },
  duration: {
    isValid: (text) => (parseDuration(text) ?? 0) > 0,
    expected: 'a duration with its unit, such as 12h, 30d or P1D',
  },
  rate: {
    isValid: (text) => parseRate(text) !== undefined,
    expected: 'a rate with its unit, such as 1024B/s or 1kB/s',
  },
  realm: { isValid: isRealm, expected: 'an address such as https://auth.example.com/token, without user and password' },
  word: { isValid: (text) => /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text), expected: 'a name in ASCII' },
  proxy: {
    isValid: isBareProxy,
    expected: 'http(s)://host:port without user and password (those go into proxy_credentials_file)',
  },
  server: { isValid: isServer, expected: 'an http(s) address without user and password' },
};

/** Words in names of settings that somebody may wish for and that must never be here. */
const SECRET = /pass(word|phrase)?|secret|token|credential|private/i;

const validate = compile();

/** Everything that is wrong with a layer. */
export function problemsOf(layer: Layer): Problem[] {
  if (validate(layer.tree)) return [];
  const problems = (validate.errors ?? []).map((error) => describe(error, layer));
  const seen = new Set<string>();
  return problems.filter(({ place, text }) => {
    const line = `${place}: ${text}`;
    return seen.has(line) ? false : seen.add(line);
  });
}

function describe(error: ErrorObject, layer: Layer): Problem {
  const path = error.instancePath.split('/').slice(1);
  if (error.keyword === 'additionalProperties') {
    return unknownKey([...path, String(error.params['additionalProperty'])], layer);
  }
  const place = layer.place(path);
  const name = layer.kind === 'usage' ? '' : `${keyName(path)} `;
  if (error.keyword === 'dependentRequired') {
    const [key, missing] = [String(error.params['property']), String(error.params['missingProperty'])];
    return {
      place: layer.place([...path, key]),
      text: `${keyName([...path, key])} needs ${keyName([...path, missing])} beside it`,
      kind: layer.kind,
    };
  }
  // Entries of a list are judged with the list.
  const setting = findSetting(path) ?? findSetting(path.slice(0, -1));
  const text = setting
    ? `${name}must be ${expectation(setting.leaf)}${shown(error.data, setting.leaf)}`
    : `${name}must be a group of settings`;
  return { place, text, kind: layer.kind };
}

function unknownKey(path: KeyPath, layer: Layer): Problem {
  const name = printable(keyName(path), 100);
  const place = layer.place(path);
  if (SECRET.test(path.at(-1) ?? '')) {
    return { place, text: `there is no setting ${name}; secrets are never written here`, kind: 'unknown-key' };
  }
  const known = SETTINGS.map((setting) => keyName(setting.path));
  // A key at the wrong level is as easily made as a misspelt one.
  const meant = known.find((key) => key.endsWith(`.${path.at(-1) ?? ''}`)) ?? nearest(keyName(path), known);
  return {
    place,
    text: `there is no setting ${name}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`,
    kind: 'unknown-key',
  };
}

function expectation({ type, format, enum: words }: Leaf): string {
  if (format) return FORMATS[format].expected;
  if (words) return `one of ${words.join(', ')}`;
  return type === 'boolean' ? 'true or false' : 'a file or a list of files';
}

function shown(value: unknown, { format }: Leaf): string {
  if (format === 'proxy' || format === 'server' || (typeof value !== 'string' && typeof value !== 'number')) return '';
  return `, not “${printable(String(value), 60)}”`;
}

function isAddress(text: string): boolean {
  try {
    parseAddress(text, '');
    return true;
  } catch {
    return false;
  }
}

/** A password in the file would be read by everybody who may see the configuration. */
function isBareProxy(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, pathname, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '' && pathname === '/';
}

function isServer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username + password === '';
}

/** It goes into a header of every refusal, and to everybody. */
function isRealm(text: string): boolean {
  if (!/^https?:\/\/[\x21-\x7e]+$/.test(text) || /["\\#]/.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username + password === '';
}

function compile(): ReturnType<Ajv2020['compile']> {
  const ajv = new Ajv2020({ ...OPTIONS, allErrors: true, allowUnionTypes: true, verbose: true });
  for (const [name, { isValid }] of Object.entries(FORMATS)) ajv.addFormat(name, { type: 'string', validate: isValid });
  return ajv.compile(SCHEMA as AnySchemaObject);
}

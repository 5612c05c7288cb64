/**
 * From signed names to URLs, and nowhere else to go (P-04). A name is data: whatever is in it, the URL keeps the base's
 * origin and path, and the server sees exactly that name after decoding once.
 */
import { Refusal } from '../errors.ts';
import { type MetadataFile, metadataFileName, printable, type TargetPath } from './names.ts';

/**
 * A base address: http or https, no credentials, query or fragment, and a path that ends in a slash.
 * @throws USAGE_OPTION; credentials are not repeated in the message.
 */
export function baseUrl(address: URL): URL {
  const isBare = address.username === '' && address.password === '' && address.search === '' && address.hash === '';
  if (!isBare || !/^https?:$/.test(address.protocol)) {
    const what = `The address at ${address.host} is not a plain http(s) address without credentials, query and fragment.`;
    throw new Refusal('USAGE_OPTION', what, { details: { host: address.host } });
  }
  const base = new URL(address.href);
  // “https://host/repo?” has an empty query that `search` does not show but `href` keeps.
  base.search = '';
  base.hash = '';
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
}

/** `3.a%2Fb.json` below the base: a role name is one segment, its slashes are data. @throws TRUST_MALFORMED. */
export function metadataUrl(base: URL, file: MetadataFile): URL {
  const url = joinedUrl(base, [metadataFileName(file)]);
  if (url === undefined) {
    throw new Refusal('TRUST_MALFORMED', `No address can name the role “${printable(file.role)}”.`, {
      details: { role: printable(file.role) },
    });
  }
  return url;
}

/**
 * The URL of one of the names of a target; slashes separate segments.
 * @param name the target's own path or one with a digest put in.
 * @throws TRUST_TARGET when the target's path has “.” or “..” segments or cannot be encoded: with any name made from
 * it, a server or proxy on the way could end up at another file.
 */
export function targetUrl(base: URL, path: TargetPath, name: string): URL {
  const url = isClimbing(path) ? undefined : joinedUrl(base, name.split('/'));
  if (url === undefined) {
    const what = `The target “${printable(path)}” is unservable: its name would alter the address it is fetched from.`;
    throw new Refusal('TRUST_TARGET', what, {
      details: { target: printable(path) },
      next: 'Ask upstream to rename it, or leave it out of the wanted targets.',
    });
  }
  return url;
}

/**
 * The URL of a path below the base, whose segments are given decoded: “/” in a segment is data.
 * @returns undefined when no URL can name it: a segment would alter the address, or cannot be encoded.
 */
export function joinedUrl(base: URL, segments: readonly string[]): URL | undefined {
  let href = base.href;
  try {
    href += segments.map(encodeSegment).join('/');
  } catch {
    // A lone surrogate has no UTF-8 form.
    return undefined;
  }
  const url = new URL(href);
  // Had the parser resolved, moved or re-encoded anything, the URL would read differently from what was joined. This one
  // comparison covers origin, prefix, “..”, “//host”, “?”, “#”, backslashes and tabs.
  return url.href === href && url.origin === base.origin && url.pathname.startsWith(base.pathname) ? url : undefined;
}

function isClimbing(path: string): boolean {
  return path.split('/').some((segment) => segment === '.' || segment === '..');
}

/** encodeURIComponent leaves `!'()*`, which servers and shells read in their own ways; other clients encode them too. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

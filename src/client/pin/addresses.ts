/**
 * Addresses in a pin or a map: where to ask, never whom to believe. Credentials have no place in a file that is handed
 * around, and their text is never repeated.
 */
import { baseUrl } from '../../tuf/urls.ts';
import type { Member } from './own-document.ts';

/**
 * An http(s) address without credentials, query and fragment, or a `file:///` folder without a host; the URL that is
 * returned ends in a slash.
 * @throws the refusal of the document that the member is in
 */
export function readAddress(member: Member): URL {
  const text = member.text();
  // `URL` would drop tabs and line ends, turn backslashes into slashes, and read “http:host” as an address.
  if (!/^(https?:\/\/|file:\/\/\/)[^\s\\?#\u0000-\u001f\u007f]*$/i.test(text) || !URL.canParse(text)) {
    member.refuse('must be an http:// or https:// address, or a file:/// folder, without query and fragment');
  }
  const url = new URL(text);
  return url.protocol === 'file:' ? folderUrl(url, member) : member.attempt(() => baseUrl(url));
}

function folderUrl(url: URL, member: Member): URL {
  // Turning a separator or NUL that is encoded, or bytes that are not UTF-8, into a path would throw later.
  if (!isDecodable(url.pathname) || /%(?:2f|5c|00)/i.test(url.pathname)) {
    member.refuse('must be a file: URL that decodes to the path of a folder');
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function isDecodable(path: string): boolean {
  try {
    return decodeURIComponent(path) !== '';
  } catch {
    return false;
  }
}

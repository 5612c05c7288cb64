/**
 * Whom a server may send us to for a token, and what is shown there. The realm is a stranger's word: an evil mirror of
 * upstream names a host of its own to collect passwords, or an address that only this machine can reach (H-02, H-03).
 */
import { Refusal } from '../../errors.ts';
import { printable } from '../../tuf/names.ts';

export interface RealmRules {
  /** The server's own address. */
  readonly base: URL;
  /** Origin of the token server that the operator named. */
  readonly tokenOrigin: string | undefined;
  readonly hasCredentials: boolean;
  /** Whether a proxy stands between: then even loopback is somebody else's. */
  readonly hasProxy: boolean;
}

/**
 * The address to ask. With credentials, it is one that they may be shown to; without, one that may be asked at all.
 * @throws SOURCE_REDIRECT
 */
export function judgedRealm(text: string, rules: RealmRules): URL {
  const realm = URL.canParse(text) ? new URL(text) : undefined;
  if (realm === undefined || !/^https?:$/.test(realm.protocol)) {
    throw refusal(rules, 'sends us for a token to what is no http(s) address');
  }
  if (realm.username !== '' || realm.password !== '') {
    throw refusal(rules, 'sends us for a token to an address with credentials');
  }
  const isNamed = realm.origin === rules.base.origin || realm.origin === rules.tokenOrigin;
  const to = printable(realm.origin);
  // Of what nobody named, only what holds a certificate for its name is asked: that excludes the metadata services of
  // clouds and plain servers inside.
  if (!isNamed && realm.protocol !== 'https:') throw refusal(rules, `sends us for a token to ${to}, unencrypted`, to);
  if (rules.hasCredentials && !isNamed) {
    throw refusal(rules, `wants the credentials to go to ${to}, which they are not for`, to);
  }
  if (rules.hasCredentials && !isPrivateWay(realm, rules.hasProxy)) {
    throw refusal(rules, `wants the credentials to go to ${to}, unencrypted`, to);
  }
  realm.hash = '';
  return realm;
}

/** Whether nobody on the way can read what is sent. */
export function isPrivateWay(url: URL, hasProxy: boolean): boolean {
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (isLoopback && !hasProxy);
}

function refusal({ base, hasCredentials }: RealmRules, what: string, to?: string): Refusal {
  return new Refusal('SOURCE_REDIRECT', `${base.host} ${what}.`, {
    details: { host: base.host, ...(to === undefined ? {} : { to }) },
    next: hasCredentials
      ? 'If that token server is right and https, name it beside the credentials; otherwise tell whoever runs this server.'
      : 'If that token server is right, name it in the configuration; otherwise tell whoever runs this server.',
  });
}

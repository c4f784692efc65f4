import { lookup as resolve, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/**
 * Which addresses webhooks may reach: every public one, and those that the operators have named.
 * Whoever may choose a URL must not make this service speak to what only it can reach.
 */
export type Addresses = {
  readonly mayReach: (address: string, protocol: string) => boolean;
  /** Whether any private address may be reached, and so plain http may do. */
  readonly hasPrivate: boolean;
};

/** What is not of the public internet: RFC 6890 and its successors. */
const notPublic = `
  0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
  192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
  ::/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16
  3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
`
  .trim()
  .split(/\s+/);

/** Reads `127.0.0.0/8,::1/128`. Throws on what is no network. */
export function createAddresses(allowed: readonly string[]): Addresses {
  const blocked = listOf(notPublic);
  const open = listOf(allowed);
  return {
    hasPrivate: allowed.length > 0,
    mayReach: (given, protocol) => {
      const { address, family } = plain(given);
      if (open.check(address, family)) return true;
      return protocol === 'https:' && !blocked.check(address, family);
    },
  };
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/');
    const prefix = Number(bits);
    if (isIP(address) === 0 || bits === '' || !Number.isInteger(prefix)) {
      throw new Error(`"${network}" is no network: write it like 10.0.0.0/8`);
    }
    list.addSubnet(address, prefix, familyOf(address));
  }
  return list;
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

type Plain = { readonly address: string; readonly family: 'ipv4' | 'ipv6' };

/** An IPv4 address that is written as IPv6 (`::ffff:7f00:1`) is judged as what it is. */
function plain(given: string): Plain {
  const bare = given.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (isIP(bare) !== 6) return { address: bare, family: 'ipv4' };
  const host = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(host);
  if (!mapped) return { address: bare, family: 'ipv6' };
  const [high, low] = mapped.slice(1).map((part) => Number.parseInt(part, 16));
  const bytes = [(high ?? 0) >> 8, (high ?? 0) & 255, (low ?? 0) >> 8, (low ?? 0) & 255];
  return { address: bytes.join('.'), family: 'ipv4' };
}

export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/** False for a URL that names a forbidden address; a name is judged when it is resolved. */
export function mayName({ hostname, protocol }: URL, addresses: Addresses): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 || addresses.mayReach(host, protocol);
}

/** Resolves names for one connection, which then goes to the very address that was judged. */
export const guardedLookup =
  (addresses: Addresses, protocol: string): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      const failure = error ?? refusalOf(found, addresses, protocol);
      if (failure) callback(failure, []);
      else if (options.all) callback(null, found);
      else callback(null, found[0]?.address ?? '', found[0]?.family);
    });
  };

const refusalOf = (
  found: readonly LookupAddress[],
  { mayReach }: Addresses,
  protocol: string,
): Error | null =>
  found.every(({ address }) => mayReach(address, protocol)) ? null : new AddressRefused();

/** How much anybody may ask for. */
import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { HttpError } from './problem.ts';

export interface Limits {
  /** most bytes of a body with one statement, and of every other body */
  readonly bodyBytes: number;
  /** most bytes of a body with a sheet */
  readonly sheetBytes: number;
  /** most bytes of a body with a dossier */
  readonly dossierBytes: number;
  /** most bytes of a bundle that is to be verified */
  readonly bundleBytes: number;
  /** bundles that may come in at once, where they are larger than other bodies */
  readonly bundles: number;
  /** most bytes of a line in bulk */
  readonly lineBytes: number;
  /** lines in bulk, of one request, that may wait for their answer */
  readonly bulkLines: number;
  /** bytes of those lines */
  readonly bulkBytes: number;
  /** requests that may be under way at once */
  readonly requests: number;
  /** requests a minute from one address to what needs no account */
  readonly anonymousPerMinute: number;
  /** dossiers a minute from one address */
  readonly dossiersPerMinute: number;
  /** seconds for the headers of a request */
  readonly headerSeconds: number;
  /** seconds for a body that is read whole */
  readonly bodySeconds: number;
  /** seconds without any traffic, after which a connection is closed */
  readonly idleSeconds: number;
  /** seconds for a bulk request as a whole */
  readonly bulkSeconds: number;
  /** seconds that what is under way has to end when the server stops */
  readonly closeSeconds: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: Limits = {
  bodyBytes: MIB,
  sheetBytes: 8 * MIB,
  dossierBytes: 12 * MIB,
  bundleBytes: 16 * MIB,
  bundles: 4,
  lineBytes: MIB / 4,
  bulkLines: 512,
  bulkBytes: 4 * MIB,
  requests: 4_096,
  anonymousPerMinute: 60,
  dossiersPerMinute: 1_200,
  headerSeconds: 10,
  bodySeconds: 30,
  idleSeconds: 120,
  bulkSeconds: 3_600,
  closeSeconds: 10,
};

const ADDRESSES_MOST = 10_000;
const MINUTE = 60;

export interface AddressLimit {
  /** @throws HttpError TOO_MANY_REQUESTS */
  admit(request: IncomingMessage): void;
}

/**
 * A bucket an address that fills steadily: `perMinute` at once, then one every so often.
 * @param steady seconds of a clock that nobody sets
 */
export function addressLimit(perMinute: number, steady: () => number): AddressLimit {
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    admit(request) {
      const address = networkOf(request.socket.remoteAddress ?? '');
      const now = steady();
      const bucket = buckets.get(address) ?? { left: perMinute, at: now };
      const left = Math.min(perMinute, bucket.left + ((now - bucket.at) * perMinute) / MINUTE);
      buckets.delete(address);
      if (buckets.size >= ADDRESSES_MOST) {
        const oldest = buckets.keys().next();
        if (!oldest.done) buckets.delete(oldest.value);
      }
      buckets.set(address, { left: Math.max(0, left - 1), at: now });
      if (left < 1)
        throw new HttpError(
          'TOO_MANY_REQUESTS',
          `At most ${perMinute} a minute without an account. Wait, or use a token.`,
        );
    },
  };
}

/** What only so many may do at once. */
export interface Places {
  /** @throws HttpError OVERLOADED */
  take<Result>(run: () => Promise<Result>): Promise<Result>;
}

export function openPlaces(most: number): Places {
  let taken = 0;
  return {
    async take(run) {
      if (taken >= most)
        throw new HttpError('OVERLOADED', 'Others send their bundles just now. Try again in a moment.');
      taken += 1;
      try {
        return await run();
      } finally {
        taken -= 1;
      }
    },
  };
}

/** Of an IPv6 address the network of 64 bits: the rest is the caller's own choice. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = '', tail = ''] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  const rest = tail.split(':').filter(Boolean);
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - rest.length) }, () => '0');
  return [...groups, ...(address.includes('::') ? zeros : []), ...rest].slice(0, 4).join(':');
}

/** Timestamps in a bundle: what authorities vouch for that the reader trusts. */
import { hexToBytes, type Hex } from '../bytes.ts';
import { ProtocolError } from '../errors.ts';
import { AHEAD_MAX } from '../judge.ts';
import { parseHeader } from '../proof/header.ts';
import { verifyTimestamp, type Stamped } from '../proof/timestamp.ts';
import { counted, failed, notApplicable, passed, type BundleCheck } from './check.ts';
import type { Bundle, Timestamp } from './form.ts';
import { readContents } from './replay.ts';

/** A timestamp of a bundle that was verified, or why it is none. */
export type StampFinding = Pick<Timestamp, 'over'> & (Stamped | { readonly fault: string });

/**
 * Verifies the timestamps of a bundle, ahead of `verifyBundle`, since signatures of authorities are not verified
 * synchronously.
 * @param authorities certificates that the reader trusts, DER
 * @throws ProtocolError BUNDLE or UNREADABLE if the bundle is not usable
 */
export async function examineTimestamps(bundle: Bundle, authorities: readonly Uint8Array[]): Promise<StampFinding[]> {
  const findings: StampFinding[] = [];
  for (const { over, token } of bundle.timestamps ?? []) {
    try {
      const hash = over === 'block' ? blockOf(bundle) : headOf(bundle);
      findings.push({ over, ...(await verifyTimestamp(token, hash, authorities)) });
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.code !== 'PROOF') throw error;
      findings.push({ over, fault: error.message });
    }
  }
  return findings;
}

function blockOf({ proof }: Bundle): Hex {
  if (proof === undefined) throw new ProtocolError('PROOF', 'not a proof: a timestamp of a block that is not here');
  return parseHeader(hexToBytes(proof.header)).hash;
}

/** The newest statement of its line, as the bundle has them; that they are a line is checked elsewhere. */
function headOf(bundle: Bundle): Hex {
  const own = readContents(bundle).entries.filter(
    ({ kind, stated }) => kind === 'evidence' && stated.statement.subject === bundle.subject,
  );
  const head = own.at(-1)?.digest;
  if (head === undefined) throw new ProtocolError('BUNDLE', 'not a bundle: no statement is about its subject');
  return head;
}

/**
 * @param findings undefined: the reader trusts no authority
 * @param blockTime of the block that proves the bundle, seconds; undefined: none does
 */
export function checkTrustedTime(
  { timestamps = [] }: Bundle,
  findings: readonly StampFinding[] | undefined,
  blockTime: number | undefined,
): BundleCheck {
  const name = 'trusted time';
  if (timestamps.length === 0) return notApplicable(name, 'The bundle bears no timestamp of an authority.');
  if (findings === undefined) {
    return notApplicable(
      name,
      `No authority was given, so ${counted(timestamps.length, 'timestamp')} were not verified.`,
    );
  }
  const faults = findings.flatMap((finding) => ('fault' in finding ? [finding.fault] : []));
  if (faults.length > 0) return failed(name, `A timestamp does not hold: ${faults[0]}.`);
  const stamps = findings.filter((finding): finding is StampFinding & Stamped => !('fault' in finding));
  const early = stamps.some(({ over, time }) => over === 'block' && time + AHEAD_MAX < (blockTime ?? 0));
  if (early) return failed(name, 'A block was stamped before the time that it gives itself: one of the two is wrong.');
  const said = stamps.map(
    ({ over, time, authority }) =>
      `${authority} had the ${over === 'block' ? 'block' : 'newest statement'} on ${new Date(time * 1000).toISOString()}`,
  );
  return passed(name, `${said.join('; ')}.`);
}

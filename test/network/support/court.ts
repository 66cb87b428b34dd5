/** A court: it has a bundle and the ledger file, and asks nobody. */
import { expect } from 'chai';

import { parseBundle, type Bundle } from '../../../protocol/bundle/form.ts';
import { parseLedgerFile } from '../../../protocol/bundle/ledger-file.ts';
import { slotsToProve, withProof } from '../../../protocol/bundle/make.ts';
import { verifyBundle, type BundleVerification } from '../../../protocol/bundle/verify.ts';
import { bytesToHex, concat, hexToBytes, type Hex } from '../../../protocol/bytes.ts';
import { signHash } from '../../../protocol/key.ts';
import { parseHeader, type Consensus } from '../../../protocol/proof/header.ts';
import { bytesOf, decodeRlp, encodeRlp, listOf } from '../../../protocol/proof/rlp.ts';
import { heightOf } from '../../../scripts/blocks.ts';
import type { Consortium } from '../../../scripts/trial/consortium.ts';
import { blockAt } from '../../../server/chain/ledger-check.ts';
import { openProver } from '../../../server/chain/prover.ts';
import { rawHeaderAt } from '../../../server/chain/raw-header.ts';
import type { Rpc } from '../../../server/chain/rpc.ts';
import { randomSecret } from '../../../server/keyring/secrets.ts';

/** The bundle of an item as the gateway makes it now, as it comes from disk. */
export async function bundleOf({ at }: Consortium, subject: string): Promise<Bundle> {
  return parseBundle(await at('FR-PN').get(`/v1/evidence/${subject}/bundle`));
}

export function verified({ ledger }: Consortium, bundle: Bundle): BundleVerification {
  return verifyBundle(bundle, { ledger: parseLedgerFile(ledger) });
}

/** Verified from the validators of the ledger file alone, those of the founding. */
export function expectProven(consortium: Consortium, bundle: Bundle): void {
  const { verdict, trust, checks, completeAsOf } = verified(consortium, bundle);
  expect(checks.filter(({ result }) => result === 'failed')).to.deep.equal([]);
  expect({ verdict, trust }).to.deep.equal({ verdict: 'verified', trust: 'seals' });
  expect(completeAsOf?.number).to.equal(parseHeader(hexToBytes(bundle.proof!.header)).number);
}

/** Who sealed the block of a bundle, and in which round. */
export function consensusOf(bundle: Bundle): Consensus {
  return parseHeader(hexToBytes(bundle.proof!.header)).consensus!;
}

/**
 * The same at a block that was sealed in a later round than the first. Such a block comes late, so the next one follows
 * at once, and the gateway's newest hardly ever is one.
 * @returns undefined if there was none yet since the bundle was made
 */
export async function inLaterRound({ ledger }: Consortium, rpc: Rpc, bundle: Bundle): Promise<Bundle | undefined> {
  const { number: first } = parseHeader(hexToBytes(bundle.proof!.header));
  const newest = await heightOf(rpc);
  for (let number = first; number <= newest; number++) {
    const { consensus } = parseHeader(hexToBytes(await rawHeaderAt(rpc, number)));
    if (consensus!.round === 0) continue;
    const slots = slotsToProve(bundle);
    const answer = await openProver(rpc, ledger, 0).prove(await blockAt(rpc, number), slots);
    return withProof(bundle, slots, answer!);
  }
  return undefined;
}

const EXTRA = 12;

/** The same with one seal by a key that is no validator's. */
export function withForgedSeal(bundle: Bundle): Bundle {
  const raw = hexToBytes(bundle.proof!.header);
  const signature = hexToBytes(signHash(1, randomSecret(), consensusOf(bundle).sealHash));
  // A seal's last byte is 0 or 1, a signature's of ours 27 or 28.
  const seal = concat(signature.subarray(0, 64), Uint8Array.of(signature[64]! - 27));
  const fields = listOf(decodeRlp(raw, raw.length));
  const extra = bytesOf(fields[EXTRA]);
  const [vanity, validators, vote, round, seals] = listOf(decodeRlp(extra, extra.length), 5);
  const forged = encodeRlp([vanity!, validators!, vote!, round!, [seal, ...listOf(seals).slice(1)]]);
  const header: Hex = bytesToHex(encodeRlp(fields.map((field, index) => (index === EXTRA ? forged : field))));
  return { ...bundle, proof: { ...bundle.proof!, header } };
}

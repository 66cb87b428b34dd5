/** Bundles of stories, on a chain that is sealed by validators of the test. */
import type { Keeper } from '../../../protocol/acts.ts';
import { bytesToHex, hexToBytes, type Hex } from '../../../protocol/bytes.ts';
import { parseBundle, type Bundle, type BundleDisclosure } from '../../../protocol/bundle/form.ts';
import type { LedgerFile } from '../../../protocol/bundle/ledger-file.ts';
import { slotsToProve, withProof } from '../../../protocol/bundle/make.ts';
import { readContents, replay } from '../../../protocol/bundle/replay.ts';
import { slotsOfContracts, slotsOfLines, VERIFIER_SLOTS } from '../../../protocol/bundle/slots.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import type { Estate, Heritage } from '../../../protocol/heritage.ts';
import type { Reason } from '../../../protocol/reasons.ts';
import { digestsOf } from '../../../protocol/sheet.ts';
import { SCHEMES_ALL } from '../../../protocol/submission.ts';
import { decodeStatements, encodeStatements, type Item } from '../../../protocol/wire.ts';
import {
  buildState,
  sealedHeader,
  unsealedHeader,
  validator,
  type BuiltAccount,
  type Validator,
} from './sealed-chain.ts';
import type { Vector } from './vector.ts';

export const VALIDATORS: readonly Validator[] = ['one', 'two', 'three', 'four'].map(validator);

const addressNamed = (name: string): Hex => `0x${keccakOfText(`unbroken/vectors/${name}`).slice(26)}`;

const placeNamed = (name: Keeper) => ({ address: addressNamed(name), codeHash: keccakOfText(`code of ${name}`) });

export function ledgerOf(
  { founding, foundingHash }: Pick<Vector, 'founding' | 'foundingHash'>,
  validators = VALIDATORS,
  heritage?: Heritage,
): LedgerFile {
  return {
    version: 1,
    foundingHash,
    founding,
    ...(heritage && { heritage }),
    chainId: 1337,
    genesisHash: keccakOfText('unbroken/vectors/genesis'),
    foundedAt: 3,
    contracts: {
      consortium: placeNamed('consortium'),
      agreements: placeNamed('agreements'),
      custody: placeNamed('custody'),
    },
    validators: validators.map(({ address }) => address),
  };
}

/** How a bundle departs from the one of its story. */
export interface Making {
  readonly disclosures?: readonly BundleDisclosure[];
  /** takes what was rejected for this reason as if it had been included */
  readonly forged?: Reason;
}

/** What a story said of everything, without a proof. */
export function unprovenBundle(vector: Vector, subject: Hex, { disclosures = [], forged }: Making = {}): Bundle {
  const sheets = new Map<Hex, Bundle['sheets'][number] & { readonly items: Item[] }>();
  const placed: { readonly hash: Hex; readonly position: number; readonly time: number }[] = [];
  for (const { blockTime, sheets: sent, reverts } of vector.submissions) {
    if (reverts !== undefined) continue;
    for (const { key, signature, statements, endorsements, outcomes, hash } of sent) {
      if (outcomes === 'silent' || hash === undefined) continue;
      const items = decodeStatements(hexToBytes(statements), key);
      outcomes.forEach((outcome, position) => {
        if (outcome !== 'included' && (forged === undefined || outcome !== forged)) return;
        // A sheet that was sent in parts is one sheet.
        const sheet = sheets.get(hash) ?? {
          ...{ key, signature, statements, ...(endorsements !== undefined && { endorsements }) },
          items: [...digestsOf(items)] as Item[],
        };
        sheets.set(hash, sheet);
        sheet.items[position] = items[position]!;
        placed.push({ hash, position, time: blockTime });
      });
    }
  }
  const order = [...sheets.keys()];
  return {
    version: 1,
    subject,
    ledger: ledgerOf(vector),
    foundedTime: vector.foundedAt,
    sheets: [...sheets.values()].map(({ key, signature, endorsements, items }) => ({
      key,
      signature,
      statements: bytesToHex(encodeStatements(items)),
      ...(endorsements !== undefined && { endorsements }),
    })),
    inclusions: placed.map(({ hash, position, time }) => ({ sheet: order.indexOf(hash), position, time })),
    disclosures,
  };
}

/** What two stories said, of which the second goes on where the first was retired. */
export function acrossBundle(old: Vector, estate: Estate, next: Vector, subject: Hex): Bundle {
  const [before, after] = [unprovenBundle(old, subject), unprovenBundle(next, subject)];
  const left = [...estate.leaves()].map(({ words, proof }) => ({ kind: Number(words[0]), subject: words[1]!, proof }));
  const { ledger, foundedTime, inclusions } = before;
  return {
    ...after,
    ledger: ledgerOf(next, VALIDATORS, estate.heritage),
    earlier: [{ ledger, foundedTime, inclusions: inclusions.length, left }],
    sheets: [...before.sheets, ...after.sheets],
    inclusions: [
      ...inclusions,
      ...after.inclusions.map((each) => ({ ...each, sheet: each.sheet + before.sheets.length })),
    ],
  };
}

/** How a chain departs from the one that belongs to a bundle. */
export interface Chain {
  readonly validators?: readonly Validator[];
  readonly sealers?: readonly Validator[];
  readonly round?: number;
  /** RLP of the headers before */
  readonly before?: readonly Hex[];
  /** without seals */
  readonly unsealed?: boolean;
  /** what the contracts store instead */
  readonly stored?: (contract: Keeper, slots: Map<Hex, Hex>) => void;
  readonly codeHash?: Hex;
}

/** The bundle with a proof on a chain that stores what it says. */
export function proven(bundle: Bundle, chain: Chain = {}): Bundle {
  const { world, lines } = replay(bundle, readContents(bundle), { schemes: SCHEMES_ALL });
  const words = [...slotsOfContracts(bundle.ledger, world.tally()), ...slotsOfLines(lines)];
  const accounts = (['consortium', 'agreements', 'custody'] as const).map((keeper): BuiltAccount => {
    const slots = new Map(words.filter(({ contract }) => contract === keeper).map(({ slot, word }) => [slot, word]));
    // What the bundle is not about.
    for (let i = 0; i < 40; i++) slots.set(keccakOfText(`${keeper} ${i}`), keccakOfText(`${i}`));
    if (keeper === 'consortium') for (const slot of Object.values(VERIFIER_SLOTS)) slots.set(slot, VERIFIER_SLOTS.p256);
    chain.stored?.(keeper, slots);
    const { address, codeHash } = bundle.ledger.contracts[keeper];
    return { address, slots, codeHash: chain.codeHash ?? codeHash };
  });
  const state = buildState(accounts);
  const { validators = VALIDATORS, sealers = validators.slice(0, Math.ceil((2 * validators.length) / 3)) } = chain;
  const time = (bundle.inclusions.at(-1)?.time ?? bundle.foundedTime) + 5;
  const block = { number: 1000, time, stateRoot: state.root };
  const header = chain.unsealed
    ? unsealedHeader(block)
    : sealedHeader({ ...block, validators, sealers, round: chain.round ?? 0 });
  const slots = slotsToProve(bundle);
  return withProof(bundle, slots, { header, validators: chain.before ?? [], nodes: state.nodes });
}

/** As it comes from disk. */
export function reread(bundle: unknown): Bundle {
  return parseBundle(JSON.parse(JSON.stringify(bundle)));
}

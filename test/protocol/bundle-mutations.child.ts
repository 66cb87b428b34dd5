/**
 * Verifies bundles that somebody changed, with every byte counted that is hashed: a process of its own, since what counts
 * stands between the protocol and its libraries. Says what came of it as one line of JSON. Its argument: `mutations`, or
 * `flips` of every byte.
 */
import { readFileSync } from 'node:fs';
import type { AskedBlock } from '../../protocol/bundle/chain-checks.ts';
import { parseBundle, type Bundle } from '../../protocol/bundle/form.ts';
import type { LedgerFile } from '../../protocol/bundle/ledger-file.ts';
import { verifyBundle, type BundleVerification } from '../../protocol/bundle/verify.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { verifySignature, type VerifySignature } from '../../protocol/key.ts';
import { newStory } from './support/story.ts';
import { ledgerOf, proven, reread, unprovenBundle, type Chain } from './support/bundles.ts';
import { takeHashed } from './support/counting/hashed.ts';
import { flipped, harmless, mutate, numbersFrom, type Mutation } from './support/mutations.ts';
import { validator } from './support/sealed-chain.ts';
import type { BundleVector } from './stories/bundles.ts';
import { TALES } from './stories/tales.ts';
import { vectorPath } from './support/files.ts';

const MUTATIONS = 10_500;
const SEED = 20_260_101;
const ONE = [validator('one')];

/** Signatures that were verified once are known: what is changed is verified anew. */
function rememberingVerify(): VerifySignature {
  const known = new Map<string, boolean>();
  return (key, hash, signature) => {
    const name = `${key.scheme} ${key.x} ${key.y} ${hash} ${signature}`;
    const proves = known.get(name) ?? verifySignature(key, hash, signature);
    known.set(name, proves);
    return proves;
  };
}

interface Shape {
  readonly name: string;
  readonly bundle: Bundle;
  readonly ledger: LedgerFile;
  readonly asked?: AskedBlock;
}

function told(name: string, chain: Chain | 'unproven' = { validators: ONE }): Shape {
  const { about, setting, tell } = TALES.find(({ file }) => file === name)!;
  const story = newStory(about, setting);
  tell(story);
  const vector = story.vector();
  const { subject } = vector.end.lines.findLast(({ kind }) => kind === 'evidence')!;
  const bare = unprovenBundle(vector, subject);
  return {
    name: chain === 'unproven' ? `${name}, unproven` : name,
    bundle: reread(chain === 'unproven' ? bare : proven(bare, chain)),
    ledger: ledgerOf(vector, ONE),
  };
}

function read(name: string): Shape {
  const { bundle, ledger, asked } = JSON.parse(
    readFileSync(vectorPath(`bundles/valid/${name}`), 'utf8'),
  ) as BundleVector;
  return { name, bundle, ledger: ledger!, ...(asked && { asked }) };
}

function shapesOf(): Shape[] {
  return [
    ...['valid/release-and-accept', 'valid/derive', 'valid/membership', 'valid/enrol-and-revoke', 'valid/erase'],
    ...['valid/sheet-in-parts', 'valid/hold-and-lift', 'stories/late-declaration', 'stories/onward-with-consent'],
  ]
    .map((name) => told(name))
    .concat(
      told('stories/answer-to-a-request', 'unproven'),
      ...['phone-across-the-border', 'later-validators', 'node-asked'].map(read),
    );
}

const verify = rememberingVerify();
const faults: string[] = [];
const tally = { unusable: 0, refused: 0 };
const why: Record<string, number> = {};

function verified(changed: unknown, { ledger, asked }: Shape): BundleVerification {
  return verifyBundle(parseBundle(changed), { ledger, verify, ...(asked && { asked }) });
}

/** Undefined: refused. */
function outcomeOf(changed: unknown, shape: Shape, original: BundleVerification, said: string) {
  try {
    const result = verified(changed, shape);
    if (result.verdict === 'verified' && result.trust === original.trust) return result;
    tally.refused += 1;
  } catch (error) {
    if (!(error instanceof ProtocolError)) faults.push(`${said} crashes: ${String(error)}`);
    tally.unusable += 1;
  }
  return undefined;
}

function originalOf(shape: Shape): { readonly original: BundleVerification; readonly hashed: number } {
  verified(shape.bundle, shape);
  takeHashed();
  const original = verified(shape.bundle, shape);
  if (original.verdict !== 'verified') faults.push(`${shape.name} does not verify`);
  return { original, hashed: takeHashed() };
}

function judge(mutation: Mutation, shape: Shape, original: BundleVerification, result: BundleVerification): void {
  const said = `${shape.name}: ${mutation.what} ${mutation.path}`;
  const reason = harmless(mutation, shape.bundle.proof !== undefined);
  const same =
    result.head === original.head && JSON.stringify(result.completeAsOf) === JSON.stringify(original.completeAsOf);
  if (reason === undefined || !same) faults.push(`${said} verifies`);
  else why[reason] = (why[reason] ?? 0) + 1;
}

function runMutations(): object {
  const below = numbersFrom(SEED);
  const shapes = shapesOf().map((shape) => ({ shape, text: JSON.stringify(shape.bundle), ...originalOf(shape) }));
  let mutations = 0;
  let mostHashed = 0;
  for (let i = 0; mutations < MUTATIONS; i++) {
    const { shape, text, original, hashed } = shapes[i % shapes.length]!;
    const changed: unknown = JSON.parse(text);
    const mutation = mutate(changed, below);
    if (JSON.stringify(changed) === text) continue;
    mutations += 1;
    const said = `${shape.name}: ${mutation.what} ${mutation.path}`;
    takeHashed();
    const result = outcomeOf(changed, shape, original, said);
    const ratio = takeHashed() / hashed;
    mostHashed = Math.max(mostHashed, ratio);
    if (ratio > 2) faults.push(`${said} makes it hash ${ratio} times as much`);
    if (result !== undefined) judge(mutation, shape, original, result);
  }
  return { mutations, shapes: shapes.length, why, mostHashed };
}

function runFlips(): object {
  const whole = told('valid/collect');
  const { original } = originalOf(whole);
  let flips = 0;
  for (const { path, changed } of flipped(structuredClone(whole.bundle))) {
    flips += 1;
    const result = outcomeOf(changed, whole, original, path);
    // Those of the reader count.
    if (result !== undefined && !path.startsWith('/ledger/validators')) faults.push(`${path} flipped verifies`);
  }
  return { flips };
}

const outcome = process.argv[2] === 'flips' ? runFlips() : runMutations();
console.log(JSON.stringify({ ...outcome, ...tally, faults }));

/** A court that has a bundle and a ledger file, and nothing else: no gateway, no network. */
import { hexToBytes } from '../../protocol/bytes.ts';
import { parseBundle } from '../../protocol/bundle/form.ts';
import { parseLedgerFile } from '../../protocol/bundle/ledger-file.ts';
import { verifyBundle, type BundleVerification } from '../../protocol/bundle/verify.ts';
import { parseHeader } from '../../protocol/proof/header.ts';

export interface Exhibited {
  readonly verified: boolean;
  readonly head: string;
  readonly statements: number;
  /** Block that the proof is of. */
  readonly block: number;
  /** A word that is shown was changed, and that was found out. */
  readonly changeFound: boolean;
}

/**
 * @param bundle as a gateway gave it
 * @param ledger the ledger file, from somebody else
 * @param word that stands in a record which is shown
 * @param files digests of files that the court has
 */
export function exhibit(bundle: unknown, ledger: unknown, word: string, files: readonly string[] = []): Exhibited {
  const trusted = parseLedgerFile(ledger);
  const verify = (value: unknown): BundleVerification =>
    verifyBundle(parseBundle(value), { ledger: trusted, files: files.map((digest) => [digest]) });
  const { verdict, head } = verify(bundle);
  const { inclusions, proof } = parseBundle(bundle);
  const changed = JSON.stringify(bundle).replace(word, `not ${word}`);
  return {
    verified: verdict === 'verified',
    head: head ?? '',
    statements: inclusions.length,
    block: proof === undefined ? 0 : parseHeader(hexToBytes(proof.header)).number,
    changeFound: verify(JSON.parse(changed)).verdict === 'not verified',
  };
}

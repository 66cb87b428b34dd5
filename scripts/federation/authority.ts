/** A participant's authority key at work: it prepares at its gateway, signs here and submits. */
import type { Hex } from '../../protocol/bytes.ts';
import { keyId, publicKeyOf, signHash } from '../../protocol/key.ts';
import { SCHEME } from '../../protocol/names.ts';
import type { Officer, Statement } from '../demo/officer.ts';

export interface Endorser {
  readonly key: Hex;
  sign(hash: Hex): Hex;
}

export function endorser(privateKey: Hex, scheme: number = SCHEME.secp256k1): Endorser {
  return {
    key: keyId(publicKeyOf(scheme, privateKey)),
    sign: (hash) => signHash(scheme, privateKey, hash),
  };
}

/** @returns the statement, once it is final */
export async function stateByAuthority(
  officer: Officer,
  authority: Endorser,
  request: Statement,
  endorsers: readonly Endorser[] = [],
): Promise<{ readonly digest: string; readonly subject: string }> {
  const prepared = await officer.post<{ hash: Hex; statements: readonly Record<string, unknown>[] }>(
    '/v1/sheets/prepare',
    { key: authority.key, statements: [request] },
  );
  const { statements } = await officer.post<{ statements: readonly { digest: string; subject: string }[] }>(
    '/v1/sheets',
    {
      key: authority.key,
      signature: authority.sign(prepared.hash),
      statements: prepared.statements.map(({ digest: _, ...statement }) => statement),
      ...(endorsers.length > 0 && {
        endorsements: endorsers.map((one) => ({ key: one.key, signature: one.sign(prepared.hash) })),
      }),
    },
  );
  await officer.final(statements[0]!.digest);
  return statements[0]!;
}

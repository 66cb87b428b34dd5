/**
 * The private keys that this gateway holds: service and receipt keys of its participants.
 *
 * All are secp256k1, signed and verified by the WebAssembly build of libsecp256k1, which is many
 * times faster than JavaScript. Results equal those of protocol/key.ts.
 */
import * as secp256k1 from 'tiny-secp256k1';

import { bytesToHex, equal, hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { keyId, pointOf, publicKeyOf, verifySignature } from '../../protocol/key.ts';
import { SCHEME } from '../../protocol/names.ts';
import type { Keyring } from '../custody/ports.ts';
import type { HeldKey } from './secrets.ts';

/** Signs with secp256k1: r ‖ s ‖ v, v 27 or 28, s in the lower half. */
export function signSecp256k1(privateKey: Uint8Array, hash: Hex): Hex {
  const { signature, recoveryId } = secp256k1.signRecoverable(hexToBytes(hash), privateKey);
  return `${bytesToHex(signature)}${recoveryId === 0 ? '1b' : '1c'}`;
}

export function openKeyring(held: readonly HeldKey[]): Keyring {
  const privateKeys = new Map<Hex, Uint8Array>();
  const serviceKeys = new Map<number, Hex>();
  for (const { participant, privateKey } of held) {
    const id = keyId(publicKeyOf(SCHEME.secp256k1, privateKey));
    privateKeys.set(id, hexToBytes(privateKey));
    serviceKeys.set(participant, id);
  }
  return {
    serviceKey: (participant) => serviceKeys.get(participant),
    receiptKey: (participant) => serviceKeys.get(participant),
    sign(key, hash) {
      const privateKey = privateKeys.get(key);
      if (!privateKey) throw new Error(`this gateway does not hold key ${key}`);
      return signSecp256k1(privateKey, hash);
    },
    verify,
  };
}

/** Half the order of secp256k1: a greater s is another form of a smaller one, and the ledger takes only the smaller. */
const HALF_ORDER = '7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0';

const verify: Keyring['verify'] = (key, hash, signature) => {
  if (key.scheme !== SCHEME.secp256k1) return verifySignature(key, hash, signature);
  const recovery = signature.endsWith('1b') ? 0 : 1;
  if (signature.length !== 132 || (recovery === 1 && !signature.endsWith('1c'))) return false;
  if (signature.slice(66, 130) > HALF_ORDER) return false;
  try {
    // Recovering, as the ledger does, also checks that v is the right one.
    const compact = hexToBytes(signature).subarray(0, 64);
    const recovered = secp256k1.recover(hexToBytes(hash), compact, recovery, false);
    return recovered !== null && equal(recovered, pointOf(key));
  } catch {
    return false; // r or s out of range
  }
};

/** Signatures on the way in: proven where a client signed, and whose key signs where the gateway does. */
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import { POWER } from '../../protocol/names.ts';
import { recordRoot } from '../../protocol/record.ts';
import { sheetHash } from '../../protocol/sheet.ts';
import { digestOf, listHash, type Stated } from '../../protocol/statement.ts';
import type { World } from '../../protocol/world.ts';
import type { FilledStatement } from './fill.ts';
import { CustodyError, type Caller, type SignedSheet } from './gateway.ts';
import type { Keyring } from './ports.ts';

export interface Signatures {
  readonly keyring: Keyring;
  readonly foundingHash: Hex;
}

export function serviceSigner(parts: Pick<Signatures, 'keyring'>, caller: Caller): { participant: number; key: Hex } {
  const key = parts.keyring.serviceKey(caller.participant);
  if (!key) {
    throw new CustodyError(
      'NO_SERVICE_KEY',
      'This gateway holds no service key of your participant. Prepare the sheet, sign it with your own key and submit it.',
    );
  }
  return { participant: caller.participant, key };
}

/** The hash that the sheet's key signed. */
export function verifySheet(parts: Signatures, participant: number, signed: SignedSheet, world: World): Hex {
  const key = world.key(signed.key);
  if (key?.participant !== participant) {
    throw new CustodyError('UNSIGNED', 'The key is not an enrolled key of the participant that it signs for.', {
      reason: 'UNSIGNED',
    });
  }
  if ((key.powers & ~POWER.encryption) === 0) {
    throw new CustodyError('UNSIGNED', 'This key encrypts and does not sign.', { reason: 'UNSIGNED' });
  }
  const hash = sheetHash(
    signed.statements.map(({ statement }) => digestOf(statement)),
    parts.foundingHash,
  );
  if (!parts.keyring.verify(key, hash, signed.signature)) {
    throw new CustodyError('UNSIGNED', `The signature does not prove this sheet, whose hash is ${hash}.`, {
      reason: 'UNSIGNED',
    });
  }
  return hash;
}

/** A statement of a signed sheet whose list and record belong to it. */
export function checkedStatement(signed: SignedSheet, position: number): FilledStatement {
  const stated = statedIn(signed, position);
  const { record } = signed.statements[position]!;
  const root = stated.statement.record;
  if (record) {
    if (recordRoot(record) !== root) {
      throw new CustodyError('INVALID', `The record of statement ${position} has another root than it was signed for.`);
    }
  } else if (root !== ZERO) {
    throw new CustodyError('INVALID', `Statement ${position} commits to a record that did not come with it.`);
  }
  return { stated, ...(record && { record }) };
}

/** The same without its record, which stays with whoever wrote it. */
export function statedIn(signed: SignedSheet, position: number): Stated {
  const { statement, list = [] } = signed.statements[position]!;
  if (statement.key !== signed.key) {
    throw new CustodyError('INVALID', `Statement ${position} names another key than the sheet's.`);
  }
  if (list.length > 0 && statement.reference !== listHash(list)) {
    throw new CustodyError('INVALID', `The reference of statement ${position} is not the hash of its list.`);
  }
  return { statement, list };
}

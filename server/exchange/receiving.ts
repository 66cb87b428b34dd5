/**
 * Taking a dossier: nothing of it is stored before every field was checked against roots on the ledger that this
 * gateway followed itself. What can't be checked yet is asked for again later.
 */
import { ACT } from '../../protocol/acts.ts';
import { decodeDossier, dossierHash, type Dossier, type SignedDossier } from '../../protocol/dossier.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Hex } from '../../protocol/bytes.ts';
import { POWER } from '../../protocol/names.ts';
import { rootOfDisclosure } from '../../protocol/record.ts';
import type { ConsortiumView } from '../custody/consortium.ts';
import type { Decryption, DossierStore, Exchange } from '../custody/dossiers.ts';
import { CustodyError } from '../custody/gateway.ts';
import type { Clock, Keyring, Store, TrailEntry } from '../custody/ports.ts';
import { recordsOfTrail } from './trail-records.ts';

export interface ReceivingParts {
  readonly store: Pick<Store, 'statement' | 'trail'> & { readonly dossiers: Pick<DossierStore, 'keepPart'> };
  readonly consortium: ConsortiumView;
  readonly keyring: Pick<Keyring, 'verify'>;
  readonly decryption: Decryption;
  readonly foundingHash: Hex;
  readonly clock: Clock;
}

export function openReceiving(parts: ReceivingParts): Exchange['receive'] {
  const { store, decryption, clock } = parts;
  return async (sealed) => {
    const opened = await decryption.open(sealed);
    if (opened === undefined) {
      throw new CustodyError(
        'DOSSIER_UNREADABLE',
        'This is no dossier for a key that this gateway holds. Encrypt it to the recipient’s newest encryption key on the ledger.',
      );
    }
    const signed = decoded(opened.bytes);
    const { dossier } = signed;
    if (dossier.ledger !== parts.foundingHash) {
      throw new CustodyError('DOSSIER_MISDIRECTED', 'This gateway follows another ledger than the dossier’s.');
    }
    if (decryption.ownerOf(opened.key) !== dossier.recipient) throw misdirected();
    const release = await releaseOf(store, dossier);
    await checkSignature(parts, signed);
    await checkRecords(store, dossier, release);
    await store.dossiers.keepPart(dossier, clock());
    return { release: dossier.release, part: dossier.part };
  };
}

function decoded(bytes: Uint8Array): SignedDossier {
  try {
    return decodeDossier(bytes);
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new CustodyError('DOSSIER_UNREADABLE', 'What was encrypted is not a dossier of version 1.', { cause });
  }
}

/** The release as this gateway's ledger has it: by the sender, to the recipient. */
async function releaseOf(store: Pick<Store, 'statement'>, dossier: Dossier): Promise<TrailEntry> {
  const entry = await store.statement(dossier.release);
  if (entry?.included === undefined) throw notYet();
  const { act, participant, recipient } = entry.stated.statement;
  if (act !== ACT.release || participant !== dossier.sender) {
    throw new CustodyError(
      'DOSSIER_FORGED',
      'Only the participant that released the evidence sends its dossier, and it names that release.',
    );
  }
  if (recipient !== dossier.recipient) throw misdirected();
  return entry;
}

async function checkSignature(
  { consortium, keyring }: ReceivingParts,
  { dossier, key: id, signature }: SignedDossier,
): Promise<void> {
  const key = (await consortium.current()).world.key(id);
  if (key === undefined) throw notYet();
  const { sender, time } = dossier;
  const may =
    key.participant === sender &&
    (key.powers & POWER.service) !== 0 &&
    key.revokedAt === 0 &&
    time >= key.from &&
    time < key.until;
  if (!may || !keyring.verify(key, dossierHash(dossier), signature)) {
    throw new CustodyError('DOSSIER_FORGED', 'A dossier is signed by a valid service key of its sender.');
  }
}

async function checkRecords(store: Pick<Store, 'trail'>, dossier: Dossier, release: TrailEntry): Promise<void> {
  const known = await recordsOfTrail(store, release);
  dossier.records.forEach(({ digest, disclosure }, position) => {
    const entry = known.get(digest);
    if (entry === undefined || rootOfDisclosure(disclosure) !== entry.stated.statement.record) {
      throw new CustodyError(
        'DOSSIER_TAMPERED',
        `Record ${position} is not the one that the ledger commits to for this evidence. Nothing was stored.`,
      );
    }
  });
}

function misdirected(): CustodyError {
  return new CustodyError('DOSSIER_MISDIRECTED', 'The release names another recipient than the one it was sent to.');
}

function notYet(): CustodyError {
  return new CustodyError(
    'UNAVAILABLE',
    'This gateway has not followed the ledger up to what the dossier rests on. Send it again later.',
  );
}

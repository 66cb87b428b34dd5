/** Making a dossier: what its sender has of the trail, and of that what the agreement's field policy permits. */
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import {
  DOSSIER_PARTS_MAX,
  DOSSIER_RECORDS_MAX,
  dossierHash,
  isDisclosure,
  limitRecord,
  type DossierRecord,
  type HeldRecord,
  type SignedDossier,
} from '../../protocol/dossier.ts';
import { permits } from '../../protocol/field-policy.ts';
import type { KeyState } from '../../protocol/ledger.ts';
import { POWER, SCHEME } from '../../protocol/names.ts';
import { rootOfDisclosure } from '../../protocol/record.ts';
import type { Statement } from '../../protocol/statement.ts';
import { participantOf } from '../../protocol/world.ts';
import type { Consortium, ConsortiumView } from '../custody/consortium.ts';
import type { DossierTrouble } from '../custody/dossiers.ts';
import type { Clock, Keyring, Store, TrailEntry } from '../custody/ports.ts';
import { recordsOfTrail } from './trail-records.ts';

/** Bytes of records after which another part begins. */
const PART_BYTES = 2 * 1024 * 1024;

export interface MakingParts {
  readonly store: Pick<Store, 'trail' | 'records' | 'findPolicy'>;
  readonly consortium: ConsortiumView;
  readonly keyring: Pick<Keyring, 'serviceKey' | 'sign'>;
  readonly foundingHash: Hex;
  readonly clock: Clock;
}

/** What keeps a dossier from being sent. */
export class DossierError extends Error {
  override readonly name = 'DossierError';
  readonly code: DossierTrouble;
  /** Seconds after which its recipient wants to be asked again. */
  readonly retryAfter: number | undefined;

  constructor(code: DossierTrouble, message: string, options: { cause?: unknown; retryAfter?: number } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryAfter = options.retryAfter;
  }
}

export interface MadeDossier {
  /** The recipient's key that it is to be encrypted to. */
  readonly key: KeyState;
  readonly parts: readonly SignedDossier[];
}

/**
 * @param release as the ledger included it
 * @throws DossierError NO_ENCRYPTION_KEY, NO_SERVICE_KEY, TOO_LARGE
 */
export async function makeDossier(parts: MakingParts, release: TrailEntry): Promise<MadeDossier> {
  const { consortium, keyring, foundingHash, clock } = parts;
  const { participant: sender, recipient } = release.stated.statement;
  const time = clock();
  const current = await consortium.current();
  const key = encryptionKeyOf(current, recipient, time);
  const service = keyring.serviceKey(sender);
  const enrolled = service && current.world.key(service);
  if (service === undefined || !enrolled || !isValid(enrolled, time)) {
    throw new DossierError('NO_SERVICE_KEY', `no valid service key of participant ${sender} is held here`);
  }
  const packed = pack(await disclosed(parts, current, release));
  const signed = packed.map((records, part): SignedDossier => {
    const dossier = {
      ...{ ledger: foundingHash, release: release.digest, sender, recipient, time },
      ...{ part, parts: packed.length, records },
    };
    return { dossier, key: service, signature: keyring.sign(service, dossierHash(dossier)) };
  });
  return { key, parts: signed };
}

/** The newest of its encryption keys that is valid now. */
function encryptionKeyOf({ keys }: Consortium, participant: number, time: number): KeyState {
  const found = keys.findLast(
    (key) =>
      key.participant === participant &&
      key.scheme === SCHEME.p256 &&
      (key.powers & POWER.encryption) !== 0 &&
      isValid(key, time),
  );
  if (found === undefined) {
    throw new DossierError('NO_ENCRYPTION_KEY', `participant ${participant} has no valid encryption key on the ledger`);
  }
  return found;
}

function isValid({ revokedAt, from, until }: KeyState, time: number): boolean {
  return revokedAt === 0 && from <= time && time < until;
}

async function disclosed(
  { store }: MakingParts,
  { world, agreements }: Consortium,
  release: TrailEntry,
): Promise<readonly DossierRecord[]> {
  const { statement } = release.stated;
  const jurisdiction = (number: number): string | undefined => participantOf(world, number)?.jurisdiction;
  const policy =
    statement.agreement === ZERO
      ? wholeInside(jurisdiction(statement.participant), jurisdiction(statement.recipient))
      : await policyOf(store, statement, agreements);
  const trail = await recordsOfTrail(store, release);
  const records = await store.records(statement.participant, [...trail.keys()]);
  const made: DossierRecord[] = [];
  for (const [digest, entry] of trail) {
    const record = records.get(digest);
    if (record === undefined || record === 'erased') continue;
    const disclosure = limitRecord(withoutSender(record), (label) => policy(record.schema, label));
    // A record that is not the one on the ledger, whatever became of it here, is not passed on.
    if (rootOfDisclosure(disclosure) === entry.stated.statement.record) made.push({ digest, disclosure });
  }
  return made;
}

function withoutSender(record: HeldRecord): HeldRecord {
  return isDisclosure(record) ? { schema: record.schema, fields: record.fields } : record;
}

/** Whether a field of a record may be shown. */
type Permitted = (schema: string, label: string) => boolean;

/** Inside one jurisdiction the whole record travels. */
function wholeInside(one: string | undefined, other: string | undefined): Permitted {
  const inside = one !== undefined && one === other;
  return () => inside;
}

/** Nothing is permitted where the agreement names no policy, or one that this gateway does not have. */
async function policyOf(
  store: Pick<Store, 'findPolicy'>,
  { agreement }: Statement,
  agreements: Consortium['agreements'],
): Promise<Permitted> {
  const terms = agreements.find(({ subject }) => subject === agreement)?.state.terms;
  const policy =
    terms === undefined || terms.fieldPolicy === ZERO ? undefined : await store.findPolicy(terms.fieldPolicy);
  return (schema, label) => policy !== undefined && permits(policy, schema, label);
}

/** At least one part, so that the recipient knows that there is no more. */
function pack(records: readonly DossierRecord[]): readonly (readonly DossierRecord[])[] {
  const packed: DossierRecord[][] = [[]];
  let size = 0;
  for (const record of records) {
    const bytes = Buffer.byteLength(JSON.stringify(record));
    const open = packed.at(-1)!;
    if (open.length > 0 && (size + bytes > PART_BYTES || open.length >= DOSSIER_RECORDS_MAX)) {
      packed.push([record]);
      size = bytes;
    } else {
      open.push(record);
      size += bytes;
    }
  }
  if (packed.length > DOSSIER_PARTS_MAX)
    throw new DossierError('TOO_LARGE', 'the records fill more parts than allowed');
  return packed;
}

/** Which evidence is meant: by id, or by the exhibit number that one's own records give it. */
import { isHex, type Hex } from '../../protocol/bytes.ts';
import { isOpenedSubject } from '../../protocol/ledger.ts';
import { Failure, usage } from '../failure.ts';
import { shortHex } from '../output/table.ts';
import type { Session } from '../session.ts';

export interface EvidenceOptions {
  readonly exhibit?: readonly string[];
}

/** At least one, none twice. */
export async function evidenceNamed(
  session: Pick<Session, 'gateway'>,
  ids: readonly string[],
  { exhibit: exhibits = [] }: EvidenceOptions,
): Promise<Hex[]> {
  const found = [...ids.map(evidenceId), ...(await Promise.all(exhibits.map((number) => byExhibit(session, number))))];
  if (found.length === 0) throw usage('Name the evidence by its id, or by --exhibit NUMBER.');
  if (new Set(found).size < found.length) throw usage('The same evidence is named twice.');
  return found;
}

export async function oneEvidence(
  session: Pick<Session, 'gateway'>,
  id: string | undefined,
  options: EvidenceOptions,
): Promise<Hex> {
  const [only, ...others] = await evidenceNamed(session, id === undefined ? [] : [id], options);
  if (others.length > 0) throw usage('Name one item: this command takes one at a time.');
  return only!;
}

/** @throws Failure usage */
export function evidenceId(text: string): Hex {
  const id = wordNamed(text, 'an evidence id');
  if (!isOpenedSubject(id)) throw usage(`${text} is the line of a participant, not evidence.`);
  return id;
}

/**
 * A word of 32 bytes, with or without 0x.
 * @throws Failure usage
 */
export function wordNamed(text: string, what: string): Hex {
  const word = `0x${text.toLowerCase().replace(/^0x/, '')}`;
  if (isHex(word, 32)) return word;
  throw usage(`${JSON.stringify(text.slice(0, 80))} is not ${what}: it has 64 hexadecimal digits.`);
}

async function byExhibit({ gateway }: Pick<Session, 'gateway'>, number: string): Promise<Hex> {
  const { items } = await gateway.search({ exhibit: number }, 6);
  const [only, ...others] = items;
  if (only === undefined) {
    throw new Failure(
      'refused',
      `Your participant's records know no exhibit ${number} on the ledger. Name the evidence by its id; whoever released it can tell.`,
    );
  }
  if (others.length > 0) {
    throw usage(
      `Several items have the exhibit number ${number}: ${items.map(({ subject }) => shortHex(subject)).join(', ')}. Name one by its id; \`unbroken search --exhibit ${number}\` shows them.`,
    );
  }
  return only.subject;
}

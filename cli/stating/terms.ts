/** The terms of an agreement: from flags to words, and from the words that are signed to plain language. */
import path from 'node:path';
import type { Hex } from '../../protocol/bytes.ts';
import { ZERO } from '../../protocol/bytes.ts';
import { parsePolicy, policyHash, type FieldPolicy } from '../../protocol/field-policy.ts';
import type { Party, Terms } from '../../protocol/lists.ts';
import { termsOf, type NamedParty } from '../../protocol/named-terms.ts';
import { jurisdictionCode, namesOf, PURPOSES, RESTRICTIONS, type Onward } from '../../protocol/names.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { usage } from '../failure.ts';
import { hashFile, readJsonFile } from '../files.ts';
import type { Participant } from '../gateway/answers.ts';
import { instantOf } from '../output/table.ts';
import type { Session } from '../session.ts';

export interface TermsOptions {
  readonly text: string;
  readonly policy?: string;
  readonly party: readonly string[];
  readonly purpose?: readonly string[];
  readonly restriction?: readonly string[];
  readonly onward: Onward;
  readonly courtPermission?: boolean;
  readonly from?: number;
  readonly until: number;
}

export interface Proposal {
  readonly terms: Terms;
  readonly policy?: FieldPolicy;
  /** Name of the file with the text. */
  readonly title: string;
}

/** @throws Failure usage */
export async function proposalOf(session: Session, options: TermsOptions, now: number): Promise<Proposal> {
  const [{ sha256 }, participants] = await Promise.all([
    hashFile(options.text, session.output),
    session.gateway.participants(),
  ]);
  if (options.purpose === undefined) throw usage('Name at least one --purpose.');
  const policy = options.policy === undefined ? undefined : policyIn(options.policy);
  const terms = termsOf(
    {
      text: sha256,
      ...(policy && { fieldPolicy: policyHash(policy) }),
      purposes: options.purpose,
      ...(options.restriction && { restrictions: options.restriction }),
      onward: options.onward,
      courtPermission: options.courtPermission ?? false,
      from: options.from ?? now,
      until: options.until,
      parties: options.party.map(partyNamed),
    },
    (code) => {
      const found = participants.find((participant) => participant.code === code);
      if (!found) throw usage(`There is no participant ${code}. \`unbroken participants\` lists them.`);
      return found.number;
    },
  );
  if (terms.until <= terms.from) throw usage('The agreement ends before it begins. Check --from and --until.');
  if (terms.parties.length < 2) throw usage('An agreement has at least two --party.');
  return { terms, ...(policy && { policy }), title: path.basename(options.text).normalize('NFC') };
}

function policyIn(file: string): FieldPolicy {
  try {
    return parsePolicy(readJsonFile(file));
  } catch (error) {
    if (error instanceof ProtocolError) throw usage(`${file} is ${error.message}.`);
    throw error;
  }
}

/** `ES-GC`, or `DE:DE-BKA`: a jurisdiction and who signs for it. */
function partyNamed(text: string): NamedParty {
  const [, jurisdiction, code] = /^(?:([A-Z]{2}):)?([A-Z0-9-]{1,16})$/.exec(text) ?? [];
  if (code === undefined) {
    throw usage(
      `--party ${JSON.stringify(text)} is neither a participant, such as ES-GC, nor a jurisdiction with its signatory, such as DE:DE-BKA.`,
    );
  }
  return jurisdiction === undefined ? { participant: code } : { jurisdiction, signatory: code };
}

export function termLines(terms: Terms, participants: readonly Participant[]): string[] {
  const nameOf = (number: number): string =>
    participants.find((each) => each.number === number)?.code ?? `participant ${number}`;
  const partyLine = ({ kind, who, signatory }: Party): string =>
    kind === 'participant' ? nameOf(who) : `${jurisdictionCode(who)}, through ${nameOf(signatory)}`;
  return [
    `  between       ${terms.parties.map(partyLine).join('; ')}`,
    `  purposes      ${namesOf(PURPOSES, terms.purposes).join(', ')}`,
    `  restrictions  ${namesOf(RESTRICTIONS, terms.restrictions).join(', ') || 'none'} may be added by a release`,
    `  onward        ${ONWARD_MEANING[terms.onward]}`,
    `  court use     ${terms.courtPermission ? 'with the consent of every origin' : 'needs no further permission'}`,
    `  valid         ${instantOf(terms.from)} to ${instantOf(terms.until)}`,
    `  text          ${terms.text} (SHA-256)`,
    `  fields        ${policyLine(terms.fieldPolicy)}`,
  ];
}

const ONWARD_MEANING: Readonly<Record<Onward, string>> = {
  none: 'to nobody',
  consent: 'with the consent of every origin',
  parties: 'to parties of the agreement',
};

function policyLine(hash: Hex): string {
  return hash === ZERO ? 'none travel; all are withheld' : `as the policy ${hash} permits`;
}

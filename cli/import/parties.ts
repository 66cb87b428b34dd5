/**
 * Who in a document is which participant. Everybody who is not mapped acts for the participant that imports.
 *
 * A handover inside one participant is told by records, one for each of its statements: the ledger would ask for two
 * officers' keys, and an import has neither. Between participants it is a handoff, stated with the tokens of both.
 */
import type { Party, PlannedStatement } from '../case/read-case.ts';
import { usage } from '../failure.ts';
import type { Participant } from '../gateway/answers.ts';

export interface Parties {
  /** Who states it, and whether it is a handoff between two participants. */
  stating(statement: PlannedStatement): Stating;
  /** Of all participants that state something. */
  readonly codes: readonly string[];
}

/** Codes of participants. */
export interface Stating {
  readonly by: string;
  readonly handoff?: { readonly from: string; readonly to: string };
}

/** `IRI=CODE`, collected. */
export function asOption(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const at = text.lastIndexOf('=');
  const [iri, code] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || !/^[A-Z0-9-]{1,16}$/.test(code))
    throw usage(`--as ${JSON.stringify(text)} is not IRI=CODE, such as https://police.example/kb/north=NL-POL.`);
  return new Map([...before, [iri, code]]);
}

/** @param own code of the participant that imports */
export function partiesOf(
  own: string,
  mapping: ReadonlyMap<string, string>,
  participants: readonly Participant[],
  all: readonly Party[],
): Parties {
  const known = new Set(participants.map(({ code }) => code));
  const named = new Set(all.flatMap(({ iri, organisation }) => [iri, organisation?.iri]));
  for (const [iri, code] of mapping) {
    if (!known.has(code)) throw usage(`There is no participant ${code}. \`unbroken participants\` lists them.`);
    if (!named.has(iri))
      throw usage(`${iri} performs, gives or receives nothing in this document. With --dry-run you see who does.`);
  }
  const participantOf = (party: Party | null): string => {
    const iris = [party?.iri, party?.organisation?.iri];
    return iris.flatMap((iri) => (iri == null ? [] : (mapping.get(iri) ?? []))).at(0) ?? own;
  };
  return {
    codes: [...new Set([own, ...mapping.values()])],
    stating(statement) {
      switch (statement.act) {
        case 'release':
        case 'return':
        case 'accept':
        case 'refuse': {
          const [from, to] = [participantOf(statement.giver), participantOf(statement.receiver)];
          const by = statement.act === 'release' || statement.act === 'return' ? from : to;
          return from === to ? { by } : { by, handoff: { from, to } };
        }
        case 'collect':
          return { by: participantOf(statement.performer) };
        default:
          return { by: participantOf(statement.holder ?? statement.performer) };
      }
    },
  };
}

/** What the certificate of a trail says, from its first line to its last. */
import type { BundleVerification } from '../../protocol/bundle/verify.ts';
import { jurisdictionCode, namesOf, PURPOSES } from '../../protocol/names.ts';
import { instantIn } from '../words/telling.ts';
import { grouped, type Block, type Cell } from './block.ts';
import { draftCertification } from './certification.ts';
import { custodyRecord } from './custody-record.ts';
import { findingsOf, sinceOf } from './findings.ts';
import { agreementName, handoverRows } from './handovers.ts';
import { marksOf } from './marks.ts';
import { newestShown, type Reading } from './reading.ts';

const TONES = { verified: 'good', 'not verified': 'bad', 'keys unknown': 'open' } as const;

/** @param code what the machine-readable code holds */
export function accountOf(reading: Reading, verification: BundleVerification, code: string): Block[] {
  const { words, own } = reading;
  const { verdict } = verification;
  const findings = findingsOf(reading, verification);
  return [
    { kind: 'title', text: own.title, below: own.about },
    { kind: 'verdict', tone: TONES[verdict], text: words.verdict[verdict], below: words.advice[verdict] },
    { kind: 'heading', text: own.sections.item },
    { kind: 'pairs', rows: itemRows(reading, verification) },
    codeOf(reading, code),
    { kind: 'heading', text: own.sections.findings },
    { kind: 'list', items: findings.length === 0 ? [words.labels['no findings']] : findings },
    ...handoversIn(reading),
    ...marksOf(reading),
    ...agreementsIn(reading),
    ...verifiedIn(reading, verification),
    { kind: 'heading', text: own.sections.limits },
    { kind: 'list', items: own.limits },
    ...draftCertification(reading, verification),
    ...custodyRecord(reading),
  ];
}

function itemRows(reading: Reading, { completeAsOf }: BundleVerification): (readonly [string, string])[] {
  const { told, words, own, zone, whoAndWhere, moment } = reading;
  const { labels } = words;
  const [item] = told.items;
  const since = sinceOf(reading);
  const disclosed = [
    [labels.exhibit, 'exhibit'],
    [labels.description, 'description'],
    [own.labels.type, 'type'],
    [own.labels.identifier, 'identifier'],
    [own.labels.case, 'case'],
  ] as const;
  const rows: (readonly [string, string])[] = disclosed.flatMap(([label, name]) => {
    const value = newestShown(reading, name);
    return value === undefined ? [] : [[label, value] as const];
  });
  if (item?.subject === told.subject) {
    const transit = item.recipient === 0 ? '' : ` → ${whoAndWhere(item.recipient)}`;
    const restrictions = item.restrictions.map((each) => words.restrictions[each]).join('; ');
    rows.push(
      [labels.holder, whoAndWhere(item.holder)],
      [
        labels.status,
        `${words.status[item.status]}${transit}${since === undefined ? '' : `, ${own.labels.since} ${moment(since)}`}`,
      ],
      [labels.origins, item.origins.map(whoAndWhere).join('; ')],
      [labels.restrictions, restrictions === '' ? labels.none : restrictions],
      [labels.holds, item.holds === 0 ? labels.none : String(item.holds)],
      ...item.parents.map((parent) => [own.labels.parents, grouped(parent)] as const),
    );
  }
  rows.push([
    own.labels.complete,
    completeAsOf === undefined
      ? labels['completeness unknown']
      : words.sentences.completeAsOf(completeAsOf.number, instantIn(completeAsOf.time, words, zone)),
  ]);
  return rows;
}

function codeOf({ told, words, own }: Reading, text: string): Block {
  const beside: Cell[] = [
    [{ soft: own.labels.evidence }, grouped(told.subject)],
    [{ soft: words.labels.head }, told.head === undefined ? '–' : grouped(told.head)],
    [{ soft: own.codeNote }, { soft: text }],
  ];
  return { kind: 'code', text, beside };
}

function handoversIn(reading: Reading): Block[] {
  const { own } = reading;
  const rows = handoverRows(reading);
  const heading: Block = { kind: 'heading', text: own.sections.handovers };
  if (rows.length === 0) return [heading, { kind: 'paragraph', text: own.handover.none }];
  const columns = [
    { title: own.labels.number, share: 10 },
    { title: reading.words.labels.what, share: 90 },
  ];
  return [heading, { kind: 'table', columns, rows }];
}

function agreementsIn(reading: Reading): Block[] {
  const { told, words, own, who, zone } = reading;
  // What was never concluded, nothing rests on.
  const agreements = told.agreements.filter(({ status }) => status !== 'open');
  if (agreements.length === 0) return [];
  const { labels } = words;
  const countries = new Intl.DisplayNames([words.language], { type: 'region', fallback: 'code' });
  const rows = agreements.map(({ subject, terms, status }): Cell[] => [
    [
      agreementName(reading, subject),
      ...(status === 'ended' ? [{ soft: words.codes['agreement-ended'] ?? status }] : []),
    ],
    [
      terms.parties
        .map((party) =>
          party.kind === 'participant' ? who(party.who) : (countries.of(jurisdictionCode(party.who)) ?? '?'),
        )
        .join(', '),
    ],
    [
      namesOf(PURPOSES, terms.purposes)
        .map((purpose) => words.purposes[purpose])
        .join(', '),
      ...(terms.courtPermission ? [{ soft: labels['court permission'] }] : []),
      { soft: `${labels.onward}: ${words.onward[terms.onward]}` },
    ],
    [instantIn(terms.from, words, zone), `– ${instantIn(terms.until, words, zone)}`],
  ]);
  const columns = [
    { title: labels.agreements, share: 20 },
    { title: labels.between, share: 22 },
    { title: labels.purposes, share: 33 },
    { title: labels.valid, share: 25 },
  ];
  return [
    { kind: 'heading', text: own.sections.agreements },
    { kind: 'table', columns, rows },
  ];
}

function verifiedIn({ words, own }: Reading, { checks, trust }: BundleVerification): Block[] {
  const columns = [
    { title: own.labels.check, share: 24 },
    { title: own.labels.result, share: 16 },
    { title: own.labels.finding, share: 60 },
  ];
  const rows = checks.map(({ name, result, sentence }): Cell[] => [
    [words.checks[name]],
    [words.results[result]],
    [sentence],
  ]);
  return [
    { kind: 'heading', text: own.sections.verified },
    { kind: 'paragraph', text: own.checksNote, soft: true },
    { kind: 'table', columns, rows },
    { kind: 'heading', text: own.sections.stands },
    { kind: 'paragraph', text: `${words.labels['stands on']}: ${words.trust[trust]}.` },
    { kind: 'list', items: words.worth[trust] },
  ];
}

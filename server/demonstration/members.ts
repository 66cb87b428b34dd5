/**
 * The demonstration consortium: five agencies in four jurisdictions, a court, a laboratory and a carrier.
 * One gateway serves them all, each behind its own tenant. For trying out; a real consortium is founded by ceremony.
 */
export interface DemonstrationMember {
  readonly code: string;
  readonly name: string;
  readonly jurisdiction: string;
  readonly kind: 'agency' | 'court' | 'laboratory' | 'carrier';
  /** Code of the agency that stands behind it. */
  readonly sponsor?: string;
}

export const MEMBERS: readonly DemonstrationMember[] = [
  { code: 'DE-BKA', name: 'Federal Criminal Police Office', jurisdiction: 'DE', kind: 'agency' },
  { code: 'DE-ZOLL', name: 'Customs Investigation Service', jurisdiction: 'DE', kind: 'agency' },
  { code: 'FR-PN', name: 'National Police', jurisdiction: 'FR', kind: 'agency' },
  { code: 'NL-POL', name: 'Netherlands Police', jurisdiction: 'NL', kind: 'agency' },
  { code: 'ES-GC', name: 'Civil Guard', jurisdiction: 'ES', kind: 'agency' },
  { code: 'FR-TJ-PARIS', name: 'Paris Judicial Court', jurisdiction: 'FR', kind: 'court', sponsor: 'FR-PN' },
  { code: 'NL-NFI', name: 'Netherlands Forensic Institute', jurisdiction: 'NL', kind: 'laboratory', sponsor: 'NL-POL' },
  { code: 'DE-KURIER', name: 'Courier for exhibits', jurisdiction: 'DE', kind: 'carrier', sponsor: 'DE-BKA' },
];

/** Four jurisdictions, each signing through one agency. */
export const AGREEMENT = {
  title: 'Demonstration convention on the transfer of evidence',
  signatories: ['DE-BKA', 'FR-PN', 'NL-POL', 'ES-GC'],
  purposes: ['investigate', 'identify', 'forensics', 'prosecute', 'court'],
  restrictions: ['H1', 'H2', 'H3'],
  /** What describes an item travels with it; where it was found and who had it stays. */
  policy: {
    version: 1,
    permit: [
      {
        schema: '*',
        labels: [
          'exhibit',
          'description',
          'seal',
          'note',
          'tool',
          'ground',
          'reservation',
          'file.*',
          'reference',
          'title',
        ],
      },
    ],
  },
} as const;

/** Who may call the API of a demonstration gateway. */
export const USERS = [
  { name: 'anna', member: 'DE-BKA', role: 'officer' },
  { name: 'dieter', member: 'DE-ZOLL', role: 'officer' },
  { name: 'claire', member: 'FR-PN', role: 'officer' },
  { name: 'joost', member: 'NL-POL', role: 'officer' },
  { name: 'lucia', member: 'ES-GC', role: 'officer' },
  { name: 'nadia', member: 'NL-NFI', role: 'officer' },
  { name: 'karl', member: 'DE-KURIER', role: 'officer' },
  { name: 'registry', member: 'FR-TJ-PARIS', role: 'officer' },
  { name: 'judge', member: 'FR-TJ-PARIS', role: 'court' },
  { name: 'auditor', member: 'NL-POL', role: 'auditor' },
  { name: 'operator', member: 'DE-BKA', role: 'operator' },
] as const;

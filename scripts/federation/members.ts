/** The federated consortium: five gateways that share nothing but the ledger, in five jurisdictions on two continents. */
export interface FederationMember {
  readonly code: string;
  readonly jurisdiction: string;
  readonly kind: 'agency' | 'court' | 'laboratory';
  /** Code of the agency that stands behind it. */
  readonly sponsor?: string;
  /** The gateway that serves it. */
  readonly gateway: GatewayName;
}

export const GATEWAYS = ['de', 'fr', 'nl', 'es', 'co'] as const;
export type GatewayName = (typeof GATEWAYS)[number];

export const MEMBERS: readonly FederationMember[] = [
  { code: 'DE-BKA', jurisdiction: 'DE', kind: 'agency', gateway: 'de' },
  { code: 'FR-PN', jurisdiction: 'FR', kind: 'agency', gateway: 'fr' },
  { code: 'NL-POL', jurisdiction: 'NL', kind: 'agency', gateway: 'nl' },
  { code: 'ES-GC', jurisdiction: 'ES', kind: 'agency', gateway: 'es' },
  { code: 'CO-FGN', jurisdiction: 'CO', kind: 'agency', gateway: 'co' },
  { code: 'FR-TJ-PARIS', jurisdiction: 'FR', kind: 'court', sponsor: 'FR-PN', gateway: 'fr' },
  { code: 'NL-NFI', jurisdiction: 'NL', kind: 'laboratory', sponsor: 'NL-POL', gateway: 'nl' },
  { code: 'CO-INML', jurisdiction: 'CO', kind: 'laboratory', sponsor: 'CO-FGN', gateway: 'co' },
];

/** Numbers are given in the order of the founding, from 1. */
export function numberOf(code: string): number {
  const position = MEMBERS.findIndex((member) => member.code === code);
  if (position < 0) throw new Error(`there is no member ${code}`);
  return position + 1;
}

export function memberOf(code: string): FederationMember {
  return MEMBERS[numberOf(code) - 1]!;
}

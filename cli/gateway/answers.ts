/** What the gateway answers, as far as the command line reads it (docs/api.md). */
import type { Hex } from '../../protocol/bytes.ts';
import type { FieldPolicy } from '../../protocol/field-policy.ts';
import type { WrittenRecord } from '../../protocol/record.ts';
import type { Statement } from '../../protocol/statement.ts';

export type Progress = 'accepted' | 'sent' | 'final' | 'rejected' | 'expired';

export interface ParticipantReference {
  readonly number: number;
  readonly code?: string;
}

export interface Block {
  readonly number: number;
  readonly hash: Hex;
  readonly time: number;
}

export interface Accepted {
  readonly digest: Hex;
  readonly subject: Hex;
  readonly act: string;
  readonly sheet: Hex;
  readonly progress: Progress;
  readonly signedBy: 'officer' | 'service';
  readonly receipt: object;
}

export interface StatementView {
  readonly digest: Hex;
  readonly subject: Hex;
  readonly act: string;
  readonly code: string;
  readonly participant: ParticipantReference;
  readonly key: Hex;
  readonly signedBy: 'officer' | 'service';
  readonly recipient?: ParticipantReference;
  readonly agreement?: Hex;
  readonly request?: Hex;
  readonly purpose?: readonly string[];
  readonly restrictions?: readonly string[];
  readonly record?:
    | {
        readonly schema: string;
        /** Who disclosed it; absent if one's own participant wrote it. */
        readonly from?: ParticipantReference;
        /** Without a value: withheld. */
        readonly fields: readonly { readonly label: string; readonly value?: string }[];
      }
    | 'erased';
  readonly progress: Progress;
  readonly reason?: string;
  readonly reasonMeaning?: string;
  readonly claimedAt: string;
  readonly includedAt?: string;
  readonly delaySeconds?: number;
  readonly block?: Block;
}

export interface EvidenceLine {
  readonly kind: 'evidence';
  readonly subject: Hex;
  readonly head: Hex;
  readonly count: number;
  readonly state: string;
  readonly late: boolean;
  readonly holds: number;
  readonly holder: ParticipantReference;
  readonly origins: readonly ParticipantReference[];
  readonly bases: readonly { readonly number: number; readonly subject?: Hex }[];
  readonly purposes: readonly string[];
  readonly restrictions: readonly string[];
  readonly release?: {
    readonly recipient: ParticipantReference;
    readonly agreement?: { readonly number: number; readonly subject?: Hex };
    readonly crossesBorder: boolean;
    readonly purpose: readonly string[];
    readonly restrictions: readonly string[];
  };
}

export interface EvidenceView {
  readonly subject: Hex;
  readonly included?: EvidenceLine;
  readonly projected: EvidenceLine;
  /** Whether the records behind the newest release to the caller's participant came. */
  readonly dossier?: 'awaited' | 'received';
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

export interface Trail extends Page<StatementView> {
  readonly subject: Hex;
  readonly kind: string;
  readonly line?: EvidenceLine;
}

export interface ConsortiumLine {
  readonly head: Hex;
  readonly state: 'founded' | 'retired';
}

export interface HoldLine {
  readonly subject: Hex;
  readonly state: string;
  readonly items: readonly Hex[];
}

interface Moment {
  readonly digest: Hex;
  readonly claimedAt: string;
  readonly includedAt: string;
  readonly delaySeconds: number;
}

export interface Transfer {
  readonly evidence: Hex;
  readonly from: ParticipantReference;
  readonly fromJurisdiction: string;
  readonly to: ParticipantReference;
  readonly toJurisdiction: string;
  readonly purpose: readonly string[];
  readonly restrictions: readonly string[];
  readonly state: string;
  readonly overdue: boolean;
  readonly late: boolean;
  readonly release: Moment;
  readonly outcome?: Moment;
}

export interface CustodyState {
  readonly state: string;
  readonly holder: ParticipantReference;
  readonly recipient?: ParticipantReference;
  readonly since: Moment;
}

export interface CustodyAt {
  readonly evidence: Hex;
  readonly at: string;
  readonly recorded?: CustodyState;
  readonly claimed?: CustodyState;
}

export interface Derivations extends Page<{
  readonly parent: Hex;
  readonly child: Hex;
  readonly code: string;
  readonly participant: ParticipantReference;
  readonly derive: Moment;
}> {
  /** False: the gateway looked at a part of the graph. */
  readonly whole: boolean;
}

export interface Participant {
  readonly number: number;
  readonly code: string;
  readonly jurisdiction: string;
  readonly kind: string;
  readonly status: 'active' | 'suspended';
  readonly sponsor?: ParticipantReference;
}

export interface Key {
  readonly id: Hex;
  readonly number: number;
  readonly participant: ParticipantReference;
  readonly scheme: string;
  readonly x: Hex;
  readonly y: Hex;
  readonly powers: readonly string[];
  readonly acts: readonly string[];
  readonly validFrom: string;
  readonly validUntil: string;
  readonly revokedAt?: string;
}

export interface Agreement {
  readonly subject: Hex;
  readonly number: number;
  readonly state: string;
  readonly purposes: readonly string[];
  readonly restrictions: readonly string[];
  readonly onward: string;
  readonly courtPermission: boolean;
  readonly inForce: boolean;
  readonly termsHash: Hex;
  readonly fieldPolicy?: Hex;
  readonly concludedAt?: string;
  readonly endedAt?: string;
  readonly validFrom: string;
  readonly validUntil: string;
  readonly parties: readonly {
    readonly participant?: ParticipantReference;
    readonly jurisdiction?: string;
    readonly signatory: ParticipantReference;
    readonly signed: boolean;
  }[];
}

export interface AgreementDetails extends Agreement {
  readonly policy?: FieldPolicy;
  readonly statements: readonly (StatementView & { readonly signed: { readonly list: readonly Hex[] } })[];
}

export interface BasisRequest {
  readonly subject: Hex;
  readonly instrument: string;
  readonly from: ParticipantReference;
  readonly to: ParticipantReference;
  readonly purpose: readonly string[];
  readonly deadline: string;
  readonly state: string;
}

export interface BasisRequestDetails extends BasisRequest {
  readonly executeBy?: string;
  readonly statements: readonly StatementView[];
  readonly transfers: readonly Transfer[];
  readonly moreTransfers: boolean;
}

export interface Consent {
  readonly subject: Hex;
  readonly evidence: Hex;
  readonly from: ParticipantReference;
  readonly to: ParticipantReference;
  readonly purpose: string;
  readonly state: string;
}

export interface PreparedStatement {
  readonly digest: Hex;
  readonly statement: Statement;
  readonly list?: readonly Hex[];
  readonly record?: WrittenRecord;
}

export interface PreparedSheet {
  readonly key: Hex;
  readonly hash: Hex;
  readonly statements: readonly PreparedStatement[];
}

export interface Check {
  readonly name: string;
  readonly result: 'passed' | 'failed' | 'not applicable';
  readonly sentence: string;
}

export interface Verification {
  readonly verified: boolean;
  readonly checks: readonly Check[];
  readonly trust: string;
  readonly asOf?: Block;
  readonly asOfTime?: string;
}

export type ProvenTrail =
  | { readonly subject: Hex; readonly block: Block; readonly fresh: boolean }
  | { readonly subject: Hex; readonly trouble: string };

export interface Ledger {
  readonly foundingHash: Hex;
  /** of a ledger that has a predecessor */
  readonly heritage?: object;
}

/** What the token in use may do. */
export interface Caller {
  readonly id: string;
  readonly role: string;
  readonly participant: ParticipantReference;
}

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly participant: ParticipantReference;
  readonly createdAt: string;
  readonly revokedAt?: string;
}

/** RFC 9457. */
export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly instance?: string;
  readonly reason?: string;
  readonly statement?: number;
}

/** What the gateway answers about dossiers and erasures (docs/api.md). */
import type { Hex } from '../../protocol/bytes.ts';
import type { ParticipantReference } from './answers.ts';

export interface OwedDossier {
  readonly release: Hex;
  readonly sender: ParticipantReference;
  readonly recipient: ParticipantReference;
  readonly progress: 'waiting' | 'delivered' | 'withdrawn';
  readonly attempts: number;
  readonly owedAt: string;
  readonly nextAt?: string;
  readonly settledAt?: string;
  readonly trouble?: string;
}

export interface ErasureNotice {
  readonly erasure: Hex;
  readonly from: ParticipantReference;
  readonly records: readonly Hex[];
  readonly kept: number;
}

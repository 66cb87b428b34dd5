/** What the ledger would reject, and which statement of its sheet. */
import type { Reason } from '../../protocol/reasons.ts';
import type { Stated } from '../../protocol/statement.ts';
import type { World } from '../../protocol/world.ts';
import { explained } from './explaining.ts';
import { CustodyError } from './gateway.ts';

export class RejectedError extends CustodyError {
  readonly position: number;

  constructor(reason: Reason, detail: string, position: number) {
    super('REJECTED', detail, { reason });
    this.position = position;
  }
}

export function rejected(reason: Reason, stated: Stated, world: World, position: number): RejectedError {
  return new RejectedError(reason, explained(reason, stated, world), position);
}

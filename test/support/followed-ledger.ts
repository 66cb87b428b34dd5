/** A ledger that a store is told to follow, where a test cares for nothing of it but its name. */
import { parseLedgerFile } from '../../protocol/bundle/ledger-file.ts';
import { FOUNDED_AT, FOUNDING } from '../protocol/support/actors.ts';
import { ledgerOf } from '../protocol/support/bundles.ts';
import { bytesToHex } from '../../protocol/bytes.ts';
import { encodeFounding, foundingHash } from '../../protocol/founding.ts';
import type { FollowedLedger } from '../../server/custody/ports.ts';

const file = ledgerOf({ founding: bytesToHex(encodeFounding(FOUNDING)), foundingHash: foundingHash(FOUNDING) });

export const FOLLOWED: FollowedLedger = { file: parseLedgerFile(file), foundedTime: FOUNDED_AT, base: 0 };

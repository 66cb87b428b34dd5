/** The file in which a late release goes from its holder to its recipient. It comes from somebody else. */
import { z } from 'zod';
import { ACT, CODE } from '../../protocol/acts.ts';
import type { Hex } from '../../protocol/bytes.ts';
import { LIST_MAX } from '../../protocol/wire.ts';
import { usage } from '../failure.ts';
import { readJsonFile } from '../files.ts';
import type { SignedSheet } from '../gateway/gateway.ts';

const word = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value));
const number = z.int().min(0);

const sheet = z.strictObject({
  key: word,
  signature: z.custom<Hex>((value) => typeof value === 'string' && /^0x(?:[0-9a-f]{2}){64,2048}$/.test(value)),
  statements: z
    .array(
      z.strictObject({
        statement: z.strictObject({
          ...{ subject: word, previous: word, act: z.literal(ACT.release), code: z.literal(CODE.releaseLate) },
          ...{ participant: number, key: word, recipient: number, recipientKey: word, agreement: word, request: word },
          ...{ reference: word, purpose: number, restrictions: number, record: word, time: number, expires: number },
        }),
        list: z.array(word).max(LIST_MAX).exactOptional(),
      }),
    )
    .length(1),
});

/** @throws Failure usage */
export function readLateRelease(file: string): SignedSheet {
  const parsed = sheet.safeParse(readJsonFile(file));
  if (parsed.success) return parsed.data;
  throw usage(`${file} is no late release. Give the file that \`unbroken late release\` wrote.`);
}

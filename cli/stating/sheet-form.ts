/** The form of a signed sheet of one statement that goes from hand to hand in a file. It comes from somebody else. */
import { z } from 'zod';
import { isHex, type Hex } from '../../protocol/bytes.ts';
import { LIST_MAX } from '../../protocol/wire.ts';

const word = z.custom<Hex>((value) => isHex(value, 32));
const number = z.int().min(0);

export const signatureForm = z.strictObject({
  key: word,
  signature: z.custom<Hex>((value) => typeof value === 'string' && /^0x(?:[0-9a-f]{2}){64,2048}$/.test(value)),
});

export const sheetOfOne = z.strictObject({
  ...signatureForm.shape,
  statements: z.tuple([
    z.strictObject({
      statement: z.strictObject({
        ...{ subject: word, previous: word, act: number.max(0xff), code: number.max(0xffff) },
        ...{ participant: number, key: word, recipient: number, recipientKey: word, agreement: word, request: word },
        ...{ reference: word, purpose: number, restrictions: number, record: word, time: number, expires: number },
      }),
      list: z.array(word).max(LIST_MAX).exactOptional(),
    }),
  ]),
});

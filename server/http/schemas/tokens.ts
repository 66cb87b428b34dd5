/** Tokens as they are shown. */
import { z } from 'zod';
import { participantReference } from './answers.ts';
import { utc } from './values.ts';

const role = z.enum(['officer', 'auditor', 'court', 'operator']).meta({ id: 'Role' });

const token = z.strictObject({
  id: z.string(),
  name: z.string(),
  role,
  participant: participantReference,
  createdAt: utc,
  revokedAt: utc.exactOptional(),
});

export const tokenView = token.meta({ id: 'Token', description: 'A token without its secret' });
export const tokenList = z.strictObject({ items: z.array(tokenView) }).meta({ id: 'TokenList' });
export const newTokenView = token
  .extend({ token: z.string().meta({ description: 'For `Authorization: Bearer`; shown only here' }) })
  .meta({ id: 'NewToken' });
export const ownTokenView = z
  .strictObject({ id: z.string(), role, participant: participantReference })
  .meta({ id: 'OwnToken' });

/** The terms of an agreement in names, as its first signatory proposes them. */
import { z } from 'zod';
import { ONWARD } from '../../../protocol/names.ts';
import { LIST_MAX } from '../../../protocol/wire.ts';
import { namesIn, participantName, PURPOSE_NAMES, restrictions, seconds, word } from './values.ts';

/** A list has eight words before the parties. */
const PARTIES_MAX = Math.min(32, LIST_MAX - 8);

const jurisdiction = z
  .string()
  .regex(/^[A-Z]{2}$/, 'must be two letters')
  .meta({ description: 'ISO 3166-1 alpha-2', examples: ['DE'] });

const party = z.union([
  z.strictObject({ participant: participantName }),
  z.strictObject({ jurisdiction, signatory: participantName }),
]);

export const namedTerms = z
  .strictObject({
    text: word.meta({ description: 'SHA-256 of the agreement’s text' }),
    fieldPolicy: word
      .exactOptional()
      .meta({ description: 'Hash of the field policy (/v1/policies); without one, no field travels' }),
    purposes: z.array(z.enum(PURPOSE_NAMES)).min(1).max(PURPOSE_NAMES.length),
    restrictions: restrictions.exactOptional().meta({ description: 'Those that a release may add' }),
    onward: z.enum(namesIn(ONWARD)).exactOptional().meta({
      description: 'Onward transfer: none, with the consent of every origin, or to parties; none if left out',
    }),
    courtPermission: z
      .boolean()
      .exactOptional()
      .meta({ description: 'Whether court use needs the consent of every origin' }),
    from: seconds,
    until: seconds.meta({ description: 'First second after it' }),
    parties: z.array(party).min(2).max(PARTIES_MAX),
  })
  .meta({
    id: 'NamedTerms',
    description: 'What an opening `conclude` proposes. The others conclude by subject: they sign the same terms',
  });

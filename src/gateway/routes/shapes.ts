// The shapes that more than one route takes.
import { Type } from 'typebox';
import { LIMITS } from '../../limits.ts';
import { shape } from '../shape.ts';

/** A symbol is whatever the exchange lists; whether it does is the catalogue's word. */
export const symbolName = Type.String({ minLength: 1, maxLength: LIMITS.symbolNameMax });

/** In a query a number is text. */
export const positiveNumberText = Type.String({ pattern: '^[1-9][0-9]{0,8}$' });

export const userIdText = Type.String({ pattern: '^usr_[0-9a-f]{2}[0-9A-Za-z_-]{1,40}$' });

/** An epoch or an execId, as the exchange gave it. */
export const venueIdText = Type.String({ pattern: '^[\\x21-\\x7e]{1,64}$' });

export const userIdParams = shape({ id: userIdText });

export const orderIdParams = shape({
  id: Type.String({ pattern: '^ord_[0-9a-f]{2}[0-9a-hjkmnp-tv-z]{9}[0-9a-z]{5}$' }),
});

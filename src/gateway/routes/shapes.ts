// The shapes that more than one route takes.
import { Type } from 'typebox';
import { LIMITS } from '../../limits.ts';
import { patterned, shape } from '../shape.ts';

/** A symbol is whatever the exchange lists; whether it does is the catalogue's word. */
export const symbolName = Type.String({ minLength: 1, maxLength: LIMITS.symbolNameMax });

/** In a query a number is text. */
export const positiveNumberText = patterned('^[1-9][0-9]{0,8}$', 'a whole number from 1');

export const userIdText = patterned(
  '^usr_[0-9a-f]{2}[0-9A-Za-z_-]{1,40}$',
  'a user id, such as usr_1aq3k9x2m7ab',
);

/** An epoch or an execId, as the exchange gave it. */
export const venueIdText = patterned('^[\\x21-\\x7e]{1,64}$', '1 to 64 visible ASCII characters');

export const userIdParams = shape({ id: userIdText });

export const orderIdParams = shape({
  id: patterned(
    '^ord_[0-9a-f]{2}[0-9a-hjkmnp-tv-z]{9}[0-9a-z]{5}$',
    'an order id, such as ord_1a1ke7938fcdccs6',
  ),
});

import { z } from 'zod';
import { withheld } from './leaves';

const expects = 'the name of an environment variable (letters, digits and `_`)';
const message = `should be ${expects}`;

/** The name of an encrypted value. What is none is not repeated: it may be the value itself, in the wrong place. */
export const secretName = () =>
  z
    .string({ error: message })
    .superRefine((value, context) => {
      if (!/^[A-Za-z_][A-Za-z0-9_]{0,199}$/.test(value)) context.addIssue(withheld(message));
    })
    .meta({ expects });

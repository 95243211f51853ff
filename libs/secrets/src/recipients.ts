import { recipientExists, recipientMalformed, recipientsEmpty, recipientUnknown } from '@polydev/errors';
import { isLabel, isRecipientKey, recipientText, type Head, type Recipient } from './head';

/** Who is to be added, and who removed: by public key, or by a label that only one has. */
export interface RecipientChanges {
  readonly add?: readonly Recipient[] | undefined;
  readonly remove?: readonly string[] | undefined;
}

/** Throws RECIPIENT_MALFORMED, and never repeats what was given. `isKey` knows whether age takes it. */
export const checkRecipients = (recipients: readonly Recipient[], isKey: (key: string) => boolean): void => {
  for (const [index, { key, label }] of recipients.entries()) {
    const secretKey = /AGE-SECRET-KEY-/i.test(`${key} ${label}`);
    const refused = (reason: string) => recipientMalformed({ position: index + 1, secretKey, reason });
    if (secretKey) throw refused('is a secret key, not a public one');
    if (!isRecipientKey(key) || !isKey(key)) throw refused('is not the public key of an age identity');
    if (!isLabel(label)) throw refused('has a label that is not one line of at most 100 characters');
  }
};

const indexOf = ({ recipients, environment }: Head, wanted: string): number => {
  const fits = recipients.flatMap(({ key, label }, index) => (key === wanted || label === wanted ? [index] : []));
  const [only] = fits;
  if (wanted === '' || only === undefined || fits.length > 1)
    throw recipientUnknown({ environment, fits: fits.length, recipients: recipients.map(recipientText) });
  return only;
};

/** Throws RECIPIENTS_EMPTY or RECIPIENT_EXISTS. Pure. */
export const refuseUselessRecipients = ({ environment, recipients }: Head): void => {
  if (recipients.length === 0) throw recipientsEmpty({ environment });
  const twice = recipients.find(({ key }, index) => recipients.findIndex((one) => one.key === key) !== index);
  if (twice) throw recipientExists({ environment, recipient: twice.key });
};

/** The head with other recipients, and who is none any more. Pure. Throws RECIPIENT_UNKNOWN, RECIPIENT_EXISTS, RECIPIENTS_EMPTY. */
export const changeRecipients = (
  head: Head,
  { add = [], remove = [] }: RecipientChanges,
): { readonly head: Head; readonly removed: readonly Recipient[] } => {
  const gone = new Set(remove.map((wanted) => indexOf(head, wanted)));
  const recipients = [...head.recipients.filter((_, index) => !gone.has(index)), ...add];
  const changed = { ...head, recipients };
  refuseUselessRecipients(changed);
  return { head: changed, removed: head.recipients.filter((_, index) => gone.has(index)) };
};

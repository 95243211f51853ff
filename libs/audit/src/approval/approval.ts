import { z } from 'zod';
import { canonicalJson, sha256 } from '../canonical-json';
import { hashSchema } from '../log/entry';

/** What somebody says by approving: this plan may be applied to this environment until then. */
const approvalFields = z.strictObject({
  kind: z.literal('approval'),
  environment: z.string().min(1),
  plan: hashSchema,
  /** A name of the approver's line in the allowed-signers file. */
  by: z.string().min(1),
  at: z.iso.datetime(),
  until: z.iso.datetime(),
  reason: z.string().max(4_096).optional(),
});

/** An approval as it is handed over: a file that may lie anywhere, since nobody can change it. */
export const approvalSchema = approvalFields.extend({ signature: z.string() });
export type Approval = z.infer<typeof approvalSchema>;

/** The text that is signed. */
export const approvalText = ({
  signature: _,
  ...fields
}: Omit<Approval, 'signature'> & { signature?: string }): string => canonicalJson(fields);

/** Hours that an approval holds at most, where the manifest says nothing. */
export const LONGEST_HOURS = 24;

/**
 * The hash of a whole deployment's plan, over all that each target's plan decides. Whole, and not as short as the hashes
 * people type: who writes the code could search for two plans of one short hash, and have the harmless one approved. Pure.
 */
export const deploymentPlanHash = (
  plans: readonly { readonly target: string; readonly environment: string; readonly decides: unknown }[],
): string => sha256(canonicalJson([...plans].sort((a, b) => (a.target < b.target ? -1 : 1))));

import {
  approvalExpired,
  approvalForged,
  approvalNeeded,
  approvalOtherEnvironment,
  approvalOtherPlan,
  approvalOwn,
  approvalSignerUnknown,
  approvalTooLong,
  approvalUnreadable,
  deployerUnknown,
} from '@polydev/errors';
import { check, wordsOf } from '../signing/keygen';
import { namesOfPerson, signerOf, type Signer, type Signers } from '../signing/signers';
import { approvalSchema, approvalText, LONGEST_HOURS, type Approval } from './approval';
import { isTooLong } from './approve';

/** Whoever would deploy, by what cannot be typed in: not git's name. */
export interface Deployer {
  /** GitHub logins: of who began the run, and of who started it again. */
  readonly actors?: readonly string[];
  /** Fingerprint of a key, proven by a signature. */
  readonly key?: string | undefined;
}

export interface CheckApprovalInput {
  /** Text of the approval's file; undefined where there is none. */
  readonly text: string | undefined;
  readonly environment: string;
  /** Name of the target that the plan is of, for messages. */
  readonly target?: string;
  readonly plan: string;
  readonly now: Date;
  readonly deployer: Deployer;
  /** Who may approve. */
  readonly approvers: Signers;
  /** Everybody with their names and keys; the approvers, if left out. */
  readonly people?: Signers;
  readonly longestHours?: number;
}

export interface Approved {
  readonly name: string;
  readonly key: string;
  readonly until: string;
}

/**
 * Whether somebody else approved just this. Throws APPROVAL_NEEDED, _UNREADABLE, _FORGED, _SIGNER_UNKNOWN,
 * _OTHER_ENVIRONMENT, _OTHER_PLAN, _EXPIRED, _TOO_LONG or _OWN, or DEPLOYER_UNKNOWN where nobody can tell whether it is an own one.
 */
export const checkApproval = async (input: CheckApprovalInput): Promise<Approved> => {
  const { approvers, now, longestHours: hours = LONGEST_HOURS } = input;
  const facts = factsOf(input);
  const approval = readApproval(input.text, facts);
  const signer = await signerOfApproval(approval, facts, approvers);
  const { environment, plan, until } = approval;
  if (environment !== facts.environment) throw approvalOtherEnvironment({ ...facts, approved: environment });
  if (plan !== facts.plan) throw approvalOtherPlan({ ...facts, approved: plan });
  if (Date.parse(until) <= now.getTime()) throw approvalExpired({ ...facts, until });
  if (isTooLong({ until: new Date(until), now, hours })) throw approvalTooLong({ ...facts, until, hours });
  const deployer = namesOfDeployer(input.deployer, input.people ?? approvers);
  if (signer.fingerprint === input.deployer.key || namesOf(signer, input).some((name) => deployer.has(name)))
    throw approvalOwn({ ...facts, who: approval.by });
  return { name: approval.by, key: signer.fingerprint, until };
};

type Facts = Pick<CheckApprovalInput, 'environment' | 'plan' | 'target'>;

const factsOf = ({ environment, plan, target }: CheckApprovalInput): Facts => ({
  environment,
  plan,
  ...(target === undefined ? {} : { target }),
});

const readApproval = (text: string | undefined, facts: Facts): Approval => {
  if (text === undefined) throw approvalNeeded(facts);
  try {
    return approvalSchema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is no JSON' : 'it has not the fields of one';
    throw approvalUnreadable({ ...facts, why });
  }
};

/** The approver who signed it, and who it says it is from. */
const signerOfApproval = async (approval: Approval, facts: Facts, approvers: Signers): Promise<Signer> => {
  const { signature, by } = approval;
  const found = await check({ text: approvalText(approval), signature, namespace: 'approval@polydev' }, approvers);
  if (found.kind === 'unknown-key')
    throw approvalSignerUnknown({ ...facts, who: `${by} (${found.fingerprint})`, file: approvers.file });
  if (found.kind !== 'good') throw approvalForged({ ...facts, why: `the signature ${wordsOf(found)}` });
  if (!found.signer.names.includes(by))
    throw approvalForged({
      ...facts,
      why: `it says to be from ${by}, and was signed by ${found.signer.names.join(', ')}`,
    });
  return found.signer;
};

const namesOf = (signer: Signer, { people, approvers }: CheckApprovalInput): readonly string[] => [
  ...signer.names.map((name) => name.toLowerCase()),
  ...namesOfPerson(people ?? approvers, signer.names),
];

/** Every name of whoever deploys. Each of the names that are known has to be somebody's: a stranger may be anybody. */
const namesOfDeployer = ({ actors = [], key }: Deployer, people: Signers): ReadonlySet<string> => {
  const byKey = key === undefined ? undefined : signerOf(people, key);
  const known = [...actors.map((actor) => [actor]), ...(key === undefined ? [] : [byKey?.names ?? []])];
  const all = known.map((names) => namesOfPerson(people, names));
  if (all.length === 0 || all.some((names) => names.size === 0))
    throw deployerUnknown({ names: [...actors, ...(key === undefined ? [] : [key])], file: people.file });
  return new Set(all.flatMap((names) => [...names]));
};

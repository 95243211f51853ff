import type { Complaint } from '../problem';
import { pick } from '../target-layers';
import type { Candidate, Candidates } from './candidate';

/** What a generated unit says itself: a variable of the same name would take its place. */
const OF_THE_UNIT = ['PORT', 'STOP_TIMEOUT', 'SECRETS_VERSION'];

const clashOf = (name: string, { config: { service } }: Candidate): string | undefined => {
  if (service === undefined) return undefined;
  if (OF_THE_UNIT.includes(name)) return `${name} is set by the service’s unit itself; use another name`;
  if (Object.hasOwn(service.environment, name))
    return `${name} stands in \`service.environment\` too, which everybody on the host may read; leave it out there`;
  return undefined;
};

/** A name is given once, and by nothing else of the target. */
export const secretsComplaints = ({ targets }: Candidates): readonly Complaint[] =>
  targets.flatMap((candidate) => {
    const names = pick(candidate.layers, 'secrets') ?? [];
    return names.flatMap((name, index) => {
      const message = names.indexOf(name) < index ? `${name} stands in the list twice` : clashOf(name, candidate);
      return message === undefined ? [] : [{ path: [...candidate.where('secrets'), index], message }];
    });
  });

import type { Finding } from '../operations';
import type { ClockReading } from './ask-host';

/** Clocks that differ by less are not worth a word. Seconds. */
const TOLERATED = 30;

/** How far a host's clock is ahead of ours at least, in seconds; negative when behind. The way there and back is not counted. Pure. */
export const skewOf = ({ asked, host, answered }: ClockReading): number => {
  if (host > answered) return (host - answered) / 1000;
  return host < asked ? (host - asked) / 1000 : 0;
};

/** A clock that would put records into a wrong order for whoever reads them. Pure. */
export const judgeClock = (host: string, reading: ClockReading): readonly Finding[] => {
  const skew = skewOf(reading);
  if (Math.abs(skew) <= TOLERATED) return [];
  return [
    {
      level: 'warning',
      code: 'CLOCK_SKEW',
      host,
      message:
        `The clock of ${host} is ${duration(Math.abs(skew))} ${skew > 0 ? 'ahead of' : 'behind'} this machine's. ` +
        'Deployments are named and ordered by the clock of the machine that deploys, and compared with the logs of the host.',
      hint: `\`timedatectl\` here and on ${host} shows which of them is not synchronized; \`timedatectl set-ntp true\`, or chrony, sets it right.`,
    },
  ];
};

const duration = (seconds: number): string => {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
};

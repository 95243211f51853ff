import type { Complaint } from '../problem';
import type { Candidate, Candidates } from './candidate';

/** What does not fit together of service, traffic and strategy: within a target, and between those of one host. */
export const serviceComplaints = ({ targets }: Candidates): readonly Complaint[] => [
  ...targets.flatMap(ofOne),
  ...sharedPorts(targets),
  ...sharedNames(targets),
];

/** A socket's path has 107 bytes (unix(7)), of which `/run/polydev-`, `-traffic/` and the file take their part. */
const LONGEST_NAME = 60;

const ofOne = ({ config, layers, where }: Candidate): readonly Complaint[] => {
  const { service, traffic, strategy, restart } = config;
  const complaints: Complaint[] = [];
  const say = (key: Parameters<Candidate['where']>[0], message: string): void =>
    void complaints.push({ path: where(key), message });
  if (strategy === 'blue-green' && service === undefined)
    say('strategy', 'is blue-green, which needs a `service` that can be started twice');
  if (strategy === 'blue-green' && traffic === undefined)
    say('strategy', 'is blue-green, which needs `traffic` with the port that moves');
  if (strategy === 'blue-green' && service?.socket) say('service', 'has `socket: true`, which is for strategy rolling');
  if (strategy === 'blue-green' && config.healthCheck === undefined && service !== undefined)
    say('strategy', 'is blue-green, which needs a `health_check`: traffic moves to what has proven healthy');
  if (service !== undefined && restart !== undefined && layers.layers.some(({ layer }) => layer.restart))
    say('restart', 'stands beside `service`, whose unit a deploy restarts itself; leave one of them out');
  if (service !== undefined && config.shared.length > 0 && service.user === undefined)
    say('service', 'needs a `user` beside `shared`: files that outlive a release belong to an account that does too');
  if (traffic !== undefined && config.name.length > LONGEST_NAME)
    say('traffic', `needs a target name of at most ${LONGEST_NAME} characters: it is part of a socket’s path`);
  if (traffic !== undefined && service === undefined) say('traffic', 'needs a `service` to send traffic to');
  if (traffic !== undefined && strategy === 'rolling' && service !== undefined && service.port === undefined)
    say('traffic', 'needs `service.port` to send traffic to');
  if (traffic?.takesOver !== undefined && strategy === 'rolling')
    say('traffic', 'has `takes_over`, which is for strategy blue-green');
  if (service?.socket && service.port === undefined) say('service', 'has `socket: true` and no `port` to hold');
  return complaints;
};

/** All ports that a target takes on each host, with what for. */
const portsOf = ({ service, traffic, strategy }: Candidate['config']): readonly number[] => [
  ...(service?.port !== undefined && strategy === 'rolling' ? [service.port] : []),
  ...(traffic ? [traffic.port] : []),
  ...(traffic && strategy === 'blue-green' ? [traffic.slots.blue, traffic.slots.green] : []),
];

/** `api-traffic` would have the unit that the engine of `api` has. */
const sharedNames = (targets: readonly Candidate[]): readonly Complaint[] =>
  targets.flatMap(({ config, where }) => {
    const other = /^(.+)-(?:traffic|retire)$/.exec(config.name)?.[1];
    const clash = targets.find((one) => one.config.name === other && one.config.service);
    return clash && config.service
      ? [
          {
            path: where('service'),
            message: `has units of the same names as ${other ?? ''}; name the target otherwise`,
          },
        ]
      : [];
  });

const sharedPorts = (targets: readonly Candidate[]): readonly Complaint[] => {
  const taken = new Map<number, string>();
  return targets.flatMap(({ config, where }) =>
    portsOf(config).flatMap((port) => {
      const other = taken.get(port);
      taken.set(port, config.name);
      if (other === undefined) return [];
      const whose = other === config.name ? 'twice by this target' : `by ${other} too`;
      return [
        { path: where(config.traffic ? 'traffic' : 'service'), message: `takes port ${port}, which is taken ${whose}` },
      ];
    }),
  );
};

import type { Complaint } from '../problem';
import type { Candidate, Candidates } from './candidate';

/** What does not fit together of service, traffic and strategy: within a target, and between those of one host. */
export const serviceComplaints = ({ targets }: Candidates): readonly Complaint[] => [
  ...targets.flatMap(ofOne),
  ...sharedPorts(targets),
];

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

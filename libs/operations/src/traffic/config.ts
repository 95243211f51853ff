import type { Slot } from '../layout';
import type { TrafficServers, TrafficSettings, TrafficState } from './settings';

/** The backend's name, which the host program `traffic` knows as well. */
const BACKEND = 'app';
const SLOTS = ['blue', 'green'] as const;

/**
 * HAProxy's configuration (2.6 or newer) for a target in a given state. What a move sets at runtime stands here too, so
 * that the engine comes back as it was after its own restart or the host's.
 */
export const haproxyConfig = (settings: TrafficSettings, state: TrafficState): string => {
  const lines = [
    `# The traffic engine of ${settings.target}: written by each deploy, so what is changed here by hand is lost.`,
    ...(settings.servers.kind === 'slots' ? [`${LIVE}${state.live ?? 'none'}`] : []),
    ...globalSection(settings),
    ...defaultsSection(settings.servers),
    ...frontend(settings),
    ...backend(settings.servers, state),
  ];
  return `${lines.join('\n')}\n`;
};

const LIVE = '# live: ';

/** The slot that a configuration of ours gives the requests to; undefined where it names none, or is none of ours. */
export const configuredSlot = (config: string): Slot | undefined => {
  const line = config.split('\n').find((text) => text.startsWith(LIVE));
  return SLOTS.find((slot) => line === `${LIVE}${slot}`);
};

const seconds = (milliseconds: number): string => `${Math.ceil(milliseconds / 1000)}s`;

const globalSection = ({ socket, drainTimeoutMs }: TrafficSettings): readonly string[] => [
  'global',
  '  maxconn 4000',
  // The deploy user reaches it by its group. `expose-fd listeners`: a reload passes the port on without closing it.
  `  stats socket ${socket} mode 660 level admin expose-fd listeners`,
  // A worker that was told to end lets its clients finish for as long, and no longer.
  `  hard-stop-after ${seconds(Math.max(drainTimeoutMs, 60_000))}`,
];

/** How long one restart in place may take, as the engine tries to connect once a second. */
const RESTART_SECONDS = 30;

const defaultsSection = ({ kind }: TrafficServers): readonly string[] => [
  'defaults',
  '  mode http',
  '  option forwardfor',
  // One that keeps silent is given up, so that a retry can follow; a queue in the kernel of a socket-activated port is patient.
  `  timeout connect ${kind === 'single' ? '10s' : '2s'}`,
  '  timeout http-request 10s',
  '  timeout http-keep-alive 60s',
  '  timeout client 5m',
  '  timeout server 5m',
  `  timeout queue ${kind === 'single' ? RESTART_SECONDS : 5}s`,
  '  timeout tunnel 1h',
  // Parts of a streamed answer pass on at once, where they would be held for up to 200 ms in the hope of more.
  '  option http-no-delay',
  // Clients' idle connections are closed with an answer, never under the request that is on its way.
  '  option idle-close-on-response',
  '  option redispatch 1',
  `  retries ${kind === 'single' ? RESTART_SECONDS : 3}`,
  '  retry-on conn-failure empty-response',
  // The service closes its idle connections when it restarts; a POST on its way there at that moment would be lost.
  ...(kind === 'single' ? ['  option http-server-close'] : []),
];

const frontend = ({ address, port }: TrafficSettings): readonly string[] => [
  'frontend web',
  `  bind ${address.includes(':') ? `[${address}]` : address}:${port}${address === '::' ? ' v4v6' : ''}`,
  // What may have been carried out already is sent again only where that does no harm. METH_GET means HEAD too.
  '  http-request disable-l7-retry if !METH_GET',
  `  default_backend ${BACKEND}`,
];

const backend = (servers: TrafficServers, { live }: TrafficState): readonly string[] => {
  const server = (name: string, port: number, tail = '') => `  server ${name} 127.0.0.1:${port} weight 100${tail}`;
  const lines =
    servers.kind === 'single'
      ? [server('service', servers.port)]
      : SLOTS.map((slot) => server(slot, servers.ports[slot], slot === live ? '' : ' disabled'));
  return [`backend ${BACKEND}`, '  balance roundrobin', ...lines];
};

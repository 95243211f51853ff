import type { HostConfig } from './config';
import { defined } from './defined';
import type { Complaint, KeyPath } from './problem';
import type { HostLayer } from './schema/host';
import { hostParts } from './schema/host';
import type { VariableSettings } from './variables';

const SSH_PORT = 22;

const endpoint = ({ address, port }: Pick<HostConfig, 'address' | 'port'>): string =>
  `${address.toLowerCase()}:${port ?? SSH_PORT}`;

const asConfig = (layer: HostLayer): HostConfig => {
  if (typeof layer !== 'string') {
    const { identity_file: identityFile, known_hosts: knownHostsFile, name, ...rest } = layer;
    return defined({ name: name ?? layer.address, ...rest, identityFile, knownHostsFile });
  }
  const parts = hostParts(layer);
  if (typeof parts === 'string') throw new TypeError(`an unchecked host: ${parts}`);
  return defined({ name: parts.address, ...parts });
};

/** Two hosts of one address (on two ports) are told apart by the port, unless they were given names. */
const withOwnNames = (hosts: readonly HostConfig[]): readonly HostConfig[] =>
  hosts.map((host) => {
    const isNamed = host.name !== host.address;
    const isShared = hosts.filter(({ name }) => name === host.name).length > 1;
    return isNamed || !isShared ? host : { ...host, name: `${host.address}:${host.port ?? SSH_PORT}` };
  });

/** The hosts of an environment as the rest of the house sees them; what a host does not say comes from the variables. */
export const toHosts = (
  layers: readonly HostLayer[],
  { servers, user, password }: VariableSettings,
): readonly HostConfig[] => {
  const written: readonly HostConfig[] =
    servers === undefined ? layers.map(asConfig) : servers.map((parts) => defined({ name: parts.address, ...parts }));
  return withOwnNames(written.map((host) => defined({ ...host, user: host.user ?? user, password })));
};

/** A host that stands in the list twice would be deployed to twice; one name for two hosts would mix up their records. */
export const repeatedHosts = (hosts: readonly HostConfig[], list: KeyPath): readonly Complaint[] =>
  hosts.flatMap((host, index) => {
    const before = hosts.slice(0, index);
    const path = [...list, index];
    if (before.some((other) => endpoint(other) === endpoint(host)))
      return [{ path, message: `lists ${endpoint(host)} for the second time` }];
    return before.some(({ name }) => name === host.name)
      ? [{ path, message: `has the name ${host.name}, which another host has` }]
      : [];
  });

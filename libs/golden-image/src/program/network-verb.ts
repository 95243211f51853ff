import { userInfo } from 'node:os';
import { imageUsage } from '@polydev/errors';
import { networkDown, networkUp, planNetwork, runHere, showNetwork, type NetworkView } from '../network';
import { USAGE, type Command } from './command-line';
import type { Result } from './output';
import type { Program } from './program';

/** Sets the VMs' network up, takes it away, or shows it. Nothing of it exists where ports are forwarded. */
export const networkVerb = async (
  { settings, layout }: Program,
  command: Extract<Command, { verb: 'network' }>,
): Promise<Result> => {
  const { network } = settings;
  if (network.mode === 'forward') {
    if (command.what === 'show')
      return {
        of: 'words',
        value: { mode: 'forward' },
        text: 'Ports of the loopback are forwarded to VMs; there is nothing to set up.',
      };
    const problem = `The network of ${layout.root} forwards ports: there is nothing to set up or to take away.`;
    throw imageUsage({ problem, usage: USAGE });
  }
  const plan = planNetwork(network);
  switch (command.what) {
    case 'up': {
      const { user = ownUser(), taps, outbound } = command;
      const changed = await networkUp({ plan, user, taps, outbound }, runHere);
      return told({ mode: 'bridge', changed }, changed, 'It stands already.');
    }
    case 'down': {
      const gone = await networkDown(plan, runHere);
      return told({ mode: 'bridge', gone }, gone, 'There was nothing to take away.');
    }
    case 'show': {
      const view = await showNetwork(plan, runHere);
      return { of: 'words', value: { mode: 'bridge', ...view }, text: viewText(plan.bridge, view) };
    }
  }
};

/** With sudo the one who called it, so that VMs need no root. */
const ownUser = (): string => process.env['SUDO_USER'] || userInfo().username;

const told = (value: object, names: readonly string[], none: string): Result => ({
  of: 'words',
  value,
  text: names.length === 0 ? none : names.join(', '),
});

const viewText = (bridge: string, view: NetworkView): string =>
  `${bridge} is ${view.up ? 'up' : 'not up'}, with ${view.taps.length} taps, of which ${view.taps.filter((tap) => tap.inUse).length} are used.`;

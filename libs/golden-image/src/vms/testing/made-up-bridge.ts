import type { Run } from '../../network';

/**
 * What `ip` says of a bridge with taps of this user, for VMs with addresses of the loopback: a Run that runs nothing. A
 * real bridge is in network/set-up.spec.ts and bridged.spec.ts.
 */
export const madeUpBridge =
  ({ bridge, gateway, taps }: { readonly bridge: string; readonly gateway: string; readonly taps: number }): Run =>
  async () => {
    const user = process.getuid?.();
    const link = {
      ifname: bridge,
      flags: ['UP'],
      linkinfo: { info_kind: 'bridge' },
      addr_info: [{ local: gateway, prefixlen: 24 }],
    };
    const tap = (number: number) => ({
      ifname: `${bridge}-${number}`,
      flags: ['UP'],
      master: bridge,
      linkinfo: { info_kind: 'tun', info_data: { user } },
    });
    const all = [link, ...Array.from({ length: taps }, (_, index) => tap(index + 2))];
    return { exitCode: 0, stdout: JSON.stringify(all), stderr: '' };
  };

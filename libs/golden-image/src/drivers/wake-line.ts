import { WAKE_WORD } from '../guest-contract';
import type { Wake } from './driver';

/** The line that wakes a guest, without its end of line; `now` in milliseconds since the epoch. */
export const wakeLine = ({ seed, image, probe, network }: Wake, now: number): string => {
  const [address, gateway, mac] =
    network.mode === 'bridge' ? [network.address, network.gateway, network.mac] : ['-', '-', '-'];
  return `${WAKE_WORD} seed=${seed} now=${now} image=${image} probe=${probe ? 1 : 0} address=${address} gateway=${gateway} mac=${mac}`;
};

import type { VmNetwork } from './driver';

/** Where a VM answers, as its host sees it. */
export const urlOf = (network: VmNetwork): string =>
  network.mode === 'forward'
    ? `http://127.0.0.1:${network.port}`
    : `http://${network.address.replace(/\/\d+$/, '')}:3000`;

import type { HostImage } from '@polydev/operations';
import type { Event } from '@polydev/reporting';

/** How building images ended, a line for each host. `deployment` is that of this run, if it made one. Pure. */
export const builtEvents = (images: readonly HostImage[], deployment: string | undefined): readonly Event[] =>
  images.map((image) => ({ kind: 'outcome', ok: true, text: `${image.host}: ${sentence(image, deployment)}` }));

const sentence = (image: HostImage, deployment: string | undefined): string => {
  const { outcome, id = 'an image', previous } = image;
  switch (outcome) {
    case 'activated':
      return `${id} is active (${proof(image)})${previous === undefined ? '' : `; before it ${previous}`}`;
    case 'unchanged':
      return image.release === deployment
        ? `${id} is active, as the deploy of this run left it (${proof(image)})`
        : `nothing changed; ${id} is active (${proof(image)})`;
    case 'would-build':
      return `it would build an image of ${image.release}; ${previous ?? 'no image'} stays active, nothing was done`;
  }
};

const proof = ({ verdict, bootMs, restoreMs, kind, driver, accelerator }: HostImage): string =>
  [
    verdict ?? 'not proven',
    ...(bootMs === undefined ? [] : [`booted in ${seconds(bootMs)}`]),
    ...(restoreMs === undefined ? [] : [`a clone in ${seconds(restoreMs)}`]),
    ...(kind === 'process' ? ['no VM'] : [[driver, accelerator].filter(Boolean).join('/')]),
  ]
    .filter(Boolean)
    .join(', ');

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

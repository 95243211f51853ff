import type { ImagesStatus, ImageView } from '@polydev/contract';
import { seconds } from '../pipeline/check-image';

const MIB = 1024 * 1024;

/** Images and who uses them, as a person reads them. */
export const statusText = ({ active, previous, images, damaged = [], vms }: ImagesStatus): string => {
  if (images.length + damaged.length === 0) return 'No image is there yet.';
  const rows = images.map((image) => [image.id, roleOf(image, active, previous), ...factsOf(image)]);
  const heads = ['image', '', 'sha', 'created', 'verdict', 'boot', 'how', 'own size', 'vms'];
  return [
    ...(rows.length === 0 ? [] : [table([heads, ...rows])]),
    ...damaged.map(({ id, reason }) => `${id} is damaged: ${reason}`),
    vms.length === 0
      ? 'No VM runs.'
      : `${vms.length === 1 ? 'One VM runs' : `${vms.length} VMs run`}: golden-image vms list`,
  ].join('\n');
};

const roleOf = (image: ImageView, active: string | undefined, previous: string | undefined): string => {
  const role = image.id === active ? ['active'] : image.id === previous ? ['previous'] : [];
  return [...role, ...(image.pinned ? ['pinned'] : [])].join(', ');
};

const factsOf = (image: ImageView): readonly string[] => [
  image.sha.slice(0, 12),
  image.createdAt.slice(0, 16).replace('T', ' '),
  image.verdict,
  seconds(image.bootMs),
  image.kind === 'process' ? 'no VM' : `${image.driver}, ${image.accelerator}`,
  `${(image.size / MIB).toFixed(1)} MiB`,
  String(image.vms.length),
];

/** Columns of equal width; the last is not padded. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

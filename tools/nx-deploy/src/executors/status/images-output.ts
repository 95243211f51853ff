import type { ImagesStatus } from '@polydev/contract';
import type { HostImages } from '@polydev/operations';
import type { Event } from '@polydev/reporting';
import { VM_COLUMNS, vmRow } from '../vms/vm-events';

type Told = { readonly host: string } & ImagesStatus;
const told = (hosts: readonly HostImages[]): readonly Told[] => hosts.flatMap((one) => ('trouble' in one ? [] : [one]));

/**
 * Golden images as programs read them. `active` and `previous` are those of all hosts, `null` where there is none or the
 * hosts differ; `images` holds each once, with the VMs that run from it anywhere.
 */
export const imagesResult = (hosts: readonly HostImages[]) => {
  const known = told(hosts);
  const all = known.flatMap(({ images }) => images);
  return {
    active: onlyOne(hosts, ({ active }) => active),
    previous: onlyOne(hosts, ({ previous }) => previous),
    images: [...new Map(all.map((image) => [image.id, image])).values()].map((image) => ({
      ...image,
      vms: [...new Set(all.filter(({ id }) => id === image.id).flatMap(({ vms }) => vms))],
    })),
    vms: known.flatMap(({ host, vms }) => vms.map((vm) => ({ host, ...vm }))),
    imageHosts: hosts.map((one) =>
      'trouble' in one
        ? { host: one.host, trouble: one.trouble }
        : {
            host: one.host,
            active: one.active ?? null,
            previous: one.previous ?? null,
            images: one.images.map(({ id }) => id),
            damaged: one.damaged ?? [],
          },
    ),
  };
};

const onlyOne = (hosts: readonly HostImages[], pick: (host: Told) => string | undefined): string | null => {
  const found = new Set(hosts.map((host) => ('trouble' in host ? undefined : pick(host))));
  const [only] = found;
  return found.size === 1 ? (only ?? null) : null;
};

/** The same for people. Pure. */
export const imagesEvents = (hosts: readonly HostImages[]): readonly Event[] => [
  ...hosts.flatMap(hostEvents),
  ...vmsEvents(told(hosts)),
];

const hostEvents = (one: HostImages): readonly Event[] => {
  const { host } = one;
  if ('trouble' in one) {
    return [{ kind: 'warning', host, text: `Its golden images could not be asked for: ${one.trouble}` }];
  }
  const damaged = (one.damaged ?? []).map(({ id, reason }): Event => ({
    kind: 'warning',
    host,
    text: `Image ${id} cannot be booted: ${reason}.`,
  }));
  if (one.images.length === 0) return [...damaged, { kind: 'note', host, text: 'No golden image was built here yet.' }];
  return [
    {
      kind: 'table',
      title: `Golden images on ${host}`,
      columns: ['image', 'state', 'sha', 'digest', 'verdict', 'booted in', 'driver', 'created', 'vms'],
      rows: one.images.map((image) => imageRow(image, one)),
    },
    ...damaged,
  ];
};

const imageRow = (image: ImagesStatus['images'][number], { active, previous }: Told): readonly string[] => [
  image.id,
  [
    ...(image.id === active ? ['active'] : image.id === previous ? ['previous'] : ['retained']),
    ...(image.pinned ? ['pinned'] : []),
  ].join(', '),
  short(image.sha),
  short(image.digest),
  image.verdict,
  `${(image.bootMs / 1000).toFixed(1)} s`,
  image.kind === 'process' ? 'process (no VM)' : `${image.driver}/${image.accelerator}`,
  image.createdAt,
  image.vms.join(' '),
];

const vmsEvents = (hosts: readonly Told[]): readonly Event[] => {
  const rows = hosts.flatMap(({ host, vms }) => vms.map((vm) => vmRow({ host, ...vm })));
  return rows.length === 0 ? [] : [{ kind: 'table', title: 'Running VMs', columns: VM_COLUMNS, rows }];
};

/** Letters of a hash that people compare. */
const SHORT = 12;
const short = (hash: string): string => hash.slice(0, SHORT);

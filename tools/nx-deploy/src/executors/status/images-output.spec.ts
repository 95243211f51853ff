import type { ImageView } from '@polydev/contract';
import type { HostImages } from '@polydev/operations';
import { createReporter } from '@polydev/reporting';
import { imagesEvents, imagesResult } from './images-output';

const image = (id: string, more: Partial<ImageView> = {}): ImageView => ({
  id,
  sha: 'abc123f6bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
  digest: 'd'.repeat(64),
  createdAt: '2026-11-24T08:15:40.000Z',
  verdict: 'ready',
  kind: 'vm',
  driver: 'qemu',
  accelerator: 'tcg',
  bootMs: 4512,
  size: 1,
  pinned: false,
  vms: [],
  ...more,
});
const NEW = 'img-0123456789abcdef';
const OLD = 'img-fedcba9876543210';
const one: HostImages = {
  host: 'box-1',
  active: NEW,
  previous: OLD,
  images: [image(NEW, { vms: ['vm-01020304'] }), image(OLD, { pinned: true, kind: 'process', driver: 'process' })],
  vms: [
    {
      id: 'vm-01020304',
      image: NEW,
      driver: 'qemu',
      kind: 'vm',
      pid: 1,
      address: 'http://192.168.100.5:3000',
      startedAt: '2026-11-24T09:00:00.000Z',
      health: 'ready',
    },
  ],
};
const shown = (...hosts: HostImages[]): string => {
  const lines: string[] = [];
  const print = (line: string) => lines.push(line);
  imagesEvents(hosts).forEach(createReporter({ result: print, progress: print }));
  return lines.join('\n');
};

test('people see which image is active, which was before, and which VM runs from which', () => {
  const text = shown(one);
  expect(text).toMatch(new RegExp(`${NEW} +active +abc123f6bbbb +d{12} +ready +4\\.5 s +qemu/tcg .*vm-01020304`));
  expect(text).toMatch(new RegExp(`${OLD} +previous, pinned .*process \\(no VM\\)`));
  expect(text).toMatch(/box-1 +vm-01020304 +img-0123456789abcdef +http:\/\/192\.168\.100\.5:3000 +ready/);
});

test('a damaged image, a host without any and one that could not be asked are told', () => {
  const text = shown(
    { host: 'a', images: [], damaged: [{ id: OLD, reason: 'layer agent is missing' }], vms: [] },
    { host: 'b', trouble: '[HOST_UNREACHABLE] b does not answer.' },
  );
  expect(text).toContain(`Image ${OLD} cannot be booted: layer agent is missing.`);
  expect(text).toContain('No golden image was built here yet.');
  expect(text).toContain('could not be asked for: [HOST_UNREACHABLE] b does not answer.');
});

test('programs find what all hosts have in common, each image once, and each host', () => {
  const other: HostImages = {
    ...one,
    host: 'box-2',
    previous: undefined as never,
    images: [image(NEW, { vms: ['vm-05060708'] })],
    vms: [],
  };
  const result = imagesResult([one, other]);
  expect(result).toMatchObject({ active: NEW, previous: null });
  expect(result.images.map(({ id, vms }) => [id, vms])).toEqual([
    [NEW, ['vm-01020304', 'vm-05060708']],
    [OLD, []],
  ]);
  expect(result.imageHosts.map(({ host }) => host)).toEqual(['box-1', 'box-2']);
  expect(imagesResult([one, { host: 'box-3', trouble: 'gone' }]).active).toBeNull();
  expect(imagesResult([{ host: 'box-1', images: [], vms: [] }])).toMatchObject({
    active: null,
    previous: null,
    images: [],
  });
});

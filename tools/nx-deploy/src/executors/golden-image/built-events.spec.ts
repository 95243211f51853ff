import type { HostImage } from '@polydev/operations';
import { builtEvents } from './built-events';

const image: HostImage = {
  host: 'box',
  release: '20261124T081530.123Z-abc123f',
  outcome: 'activated',
  id: 'img-0123456789abcdef',
  verdict: 'ready',
  bootMs: 4512,
  restoreMs: 1204,
  driver: 'qemu',
  accelerator: 'tcg',
  kind: 'vm',
};
const said = (more: Partial<HostImage>, deployment?: string) =>
  builtEvents([{ ...image, ...more }], deployment).map((event) => (event.kind === 'outcome' ? event.text : event.kind));
const PROOF = 'ready, booted in 4.5 s, a clone in 1.2 s, qemu/tcg';

test.each([
  ['a first image', {}, undefined, `box: img-0123456789abcdef is active (${PROOF})`],
  [
    'a further one',
    { previous: 'img-fedcba9876543210' },
    undefined,
    `box: img-0123456789abcdef is active (${PROOF}); before it img-fedcba9876543210`,
  ],
  ['none', { outcome: 'unchanged' }, undefined, `box: nothing changed; img-0123456789abcdef is active (${PROOF})`],
  [
    'what the hook built in the same run',
    { outcome: 'unchanged' },
    image.release,
    `box: img-0123456789abcdef is active, as the deploy of this run left it (${PROOF})`,
  ],
  [
    'what would be built',
    { outcome: 'would-build', id: undefined, previous: 'img-fedcba9876543210' },
    undefined,
    `box: it would build an image of ${image.release}; img-fedcba9876543210 stays active, nothing was done`,
  ],
  [
    'what is no VM',
    { kind: 'process', driver: 'process', accelerator: 'none', restoreMs: undefined },
    undefined,
    'box: img-0123456789abcdef is active (ready, booted in 4.5 s, no VM)',
  ],
] as const)('%s', (_, more, deployment, sentence) => {
  expect(said(more as unknown as Partial<HostImage>, deployment)).toEqual([sentence]);
});

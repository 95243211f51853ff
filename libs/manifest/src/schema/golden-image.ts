import { z } from 'zod';
import { duration } from './duration';
import { choice, flag, optional, text, whole } from './leaves';

export const GOLDEN_IMAGE_DEFAULTS = {
  driver: 'auto',
  network: 'forward',
  memory: 256,
  cpus: 1,
  keep: 3,
  ready_timeout: 10,
  bridge: 'golden0',
  subnet: '192.168.100.0/24',
} as const;

/** The hook of the manifest that this system was made for: a target that has it is a golden image unless it says otherwise. */
export const GOLDEN_IMAGE_SCRIPT = 'build-golden-snapshot-complete.sh';

const error = 'should be a mapping';

/** Its taps are `<bridge>-<number>`, and the kernel takes 15 bytes (IFNAMSIZ in linux/if.h). */
const bridgeName = () =>
  text('the name of a bridge').refine((value) => /^[a-z][a-z0-9_-]{0,10}$/.test(value), {
    error: 'should be the name of a bridge: a-z, digits, `_` and `-`, at most 11, a letter first',
  });

const SUBNET = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;
const isSubnet = (value: string): boolean => {
  const [, ...numbers] = SUBNET.exec(value) ?? [];
  const [a = 256, b = 256, c = 256, d = 256, prefix = 0] = numbers.map(Number);
  if (![a, b, c, d].every((byte) => byte <= 255) || prefix < 16 || prefix > 29) return false;
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return address % 2 ** (32 - prefix) === 0;
};
const subnet = () => {
  const expects = 'a subnet from /16 to /29, such as 192.168.100.0/24';
  return text(expects).refine(isSubnet, { error: `should be ${expects}` });
};

const networkError = 'should be forward, or a mapping with `bridge` and `subnet`';
const networkSchema = z
  .union(
    [
      z.literal('forward', { error: networkError }),
      z.strictObject(
        {
          bridge: optional(bridgeName(), {
            description: 'Bridge that the VMs are attached to, each by a tap of its own; made where it is missing.',
            default: GOLDEN_IMAGE_DEFAULTS.bridge,
          }),
          subnet: optional(subnet(), {
            description: 'Subnet of the bridge; its first address is the host’s, each VM gets one of the others.',
            default: GOLDEN_IMAGE_DEFAULTS.subnet,
          }),
        },
        { error: networkError },
      ),
    ],
    { error: networkError },
  )
  .meta({ expects: 'forward, or a mapping with `bridge` and `subnet`' });

const blockSchema = z.strictObject(
  {
    driver: optional(choice(['auto', 'qemu', 'firecracker', 'process']), {
      description:
        'What runs the image: `auto` = QEMU where it can be used (in the sandbox `process` otherwise); `process` starts the agent without any VM.',
      default: GOLDEN_IMAGE_DEFAULTS.driver,
      examples: ['qemu'],
    }),
    network: optional(networkSchema, {
      description:
        'How VMs are reached: `forward` = by a port of the host’s loopback address; or at addresses of their own, from the subnet of a bridge.',
      default: GOLDEN_IMAGE_DEFAULTS.network,
      examples: [{ bridge: 'golden0', subnet: '192.168.100.0/24' }],
    }),
    memory: optional(whole(128, 65_536), {
      description: 'Memory of a VM, in MiB.',
      default: GOLDEN_IMAGE_DEFAULTS.memory,
      examples: [512],
    }),
    cpus: optional(whole(1, 64), {
      description: 'Processors of a VM.',
      default: GOLDEN_IMAGE_DEFAULTS.cpus,
      examples: [2],
    }),
    keep: optional(whole(0, 1000), {
      description: 'Images kept besides the active one, the one before it, pinned ones, and those of running VMs.',
      default: GOLDEN_IMAGE_DEFAULTS.keep,
      examples: [5],
    }),
    ready_timeout: optional(duration(), {
      description: 'How long the agent may take from its start until it is ready, in seconds or as `1m`.',
      default: GOLDEN_IMAGE_DEFAULTS.ready_timeout,
      examples: ['30s'],
    }),
  },
  { error },
);

const imageError = 'should be true, false or a mapping';
/** `golden_image` of a target. */
export const goldenImageSchema = z
  .union([flag(), blockSchema], { error: imageError })
  .meta({ expects: 'true, false, or a mapping' });

export type GoldenImageLayer = z.infer<typeof goldenImageSchema>;

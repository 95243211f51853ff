import { IMAGE_TOOLS, LAYER_TOOLS, findTool, type ImageTool } from '../src/tools';

const NEEDED: readonly ImageTool[] = [...LAYER_TOOLS.vm, 'qemu-system-x86_64'];

/**
 * A `describe` for tests that boot VMs. Where a program for that is missing they count as skipped, under a name that says so; in
 * CI that is a failure.
 */
export const describeVm = (name: string, body: () => void): void => {
  const missing = NEEDED.filter((tool) => findTool(tool) === undefined);
  if (missing.length === 0) return describe(name, body);
  const packages = [...new Set(missing.map((tool) => IMAGE_TOOLS[tool]))].join(' ');
  const reason = `no ${missing.join(', ')} (bash scripts/install-golden-image.sh installs ${packages})`;
  if (process.env['CI']) return test(`${name}: can boot VMs`, () => expect(reason).toBe(''));
  test.skip(`${name}: ${reason}`, () => undefined);
};

import { join } from 'node:path';
import type { LayerName } from '@polydev/contract';

/** File of each layer in an image's directory. */
export const LAYER_FILES: Readonly<Record<LayerName, string>> = {
  kernel: 'kernel',
  base: 'base.erofs',
  initrd: 'initrd.cpio',
  agent: 'agent.erofs',
};
/** The agent of an image without a VM. */
export const PROCESS_AGENT_FILE = 'agent.tar';

/** Where things lie below `<state_dir>/images`. Everything there can be read with `cat`, or is a layer. */
export const imagesLayout = (root: string) => ({
  root,
  /** An image: `manifest.json`, `sbom.cdx.json`, its layers (hard links to the store's, read-only), `snapshot/`. */
  image: (id: string) => join(root, id),
  manifest: (id: string) => join(root, id, 'manifest.json'),
  sbom: (id: string) => join(root, id, 'sbom.cdx.json'),
  /** Memory and state of a VM that has booted and not yet started its agent; can be made again from the layers. */
  snapshot: (id: string) => join(root, id, 'snapshot'),
  active: join(root, 'active'),
  previous: join(root, 'previous'),
  /** One line of JSON for each change of `active`. */
  activations: join(root, 'activations.jsonl'),
  pin: (id: string) => join(root, 'pins', id),
  pins: join(root, 'pins'),
  /** Layers by content: `<kind>-<sha256>`, and `index.json`: key of the inputs → hash. */
  layers: join(root, 'layers'),
  /** What is being built or tried; whatever a dead builder left there is removed by the next. */
  work: join(root, 'work'),
  vms: join(root, 'vms'),
  /** Directory of a running VM: `vm.json` (its lease), console, sockets. */
  vm: (id: string) => join(root, 'vms', id),
  /** Addresses and ports that VMs have: a file each, `<number or port>-<vm id>`. */
  claims: join(root, 'claims'),
  lock: join(root, 'builder.lock'),
  /** The change of `active` that is under way; the next builder finishes or drops what a dead one left. */
  pendingActivation: join(root, 'activation.json'),
  /** What a boot refused: verdict, what was seen and the console's last lines, a file for each image. */
  rejections: join(root, 'rejected'),
  rejection: (id: string) => join(root, 'rejected', `${id}.json`),
});
export type ImagesLayout = ReturnType<typeof imagesLayout>;

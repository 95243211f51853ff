import { firecrackerNeedsBridge, snapshotUnusable, isOpsError } from '@polydev/errors';
import type { BridgePlace } from '../../network';
import type { ProcessIdentity } from '../../vms/process-identity';
import type { Snapshot, Vm, VmDriver, VmSpec } from '../driver';
import { endProcess } from '../vm-process';
import { bootCalls, loadCall, loggerCall, stateCall } from './calls';
import { fingerprintOf } from './fingerprint';
import { bootableKernel, probeKernel } from './kernel';
import { placeFiles } from './place-files';
import { probeFirecracker, versionOf } from './probe';
import { callAll, findProcess, startProcess } from './process';
import { firecrackerVm, snapshotPaths } from './vm';

export interface FirecrackerOptions {
  /** Name on the search path, or absolute path. */
  readonly binary?: string;
  /** An uncompressed kernel, for images whose own is compressed. */
  readonly kernel?: string | undefined;
  /** Where images' layers lie: without another kernel, one of theirs is what Firecracker is tried with. */
  readonly layers?: string;
}

/**
 * Runs images in Firecracker, by its API on a unix socket; without its jailer. It has been tested against a stand-in of
 * that API only (docs/decisions/0017): no machine with KVM was at hand.
 */
export function firecrackerDriver(options: FirecrackerOptions = {}): VmDriver {
  const { binary = 'firecracker', kernel: ofSettings } = options;
  const kernelOf = (spec: VmSpec) => bootableKernel(spec.image.layers.kernel, ofSettings);
  const fingerprint = async (spec: VmSpec) =>
    fingerprintOf((await versionOf(binary)) ?? 'unknown', spec, await kernelOf(spec));
  const vmOf = (spec: VmSpec, identity: ProcessIdentity, restored: boolean) =>
    firecrackerVm({ spec, identity, restored, fingerprint: () => fingerprint(spec) });
  /** Starts the process; whatever fails after that ends it. */
  const started = async (
    spec: VmSpec,
    restored: boolean,
    prepare: (identity: ProcessIdentity) => Promise<void>,
  ): Promise<Vm> => {
    await placeFiles(spec.directory, { kernel: await kernelOf(spec), layers: spec.image.layers });
    const identity = await startProcess(binary, spec);
    try {
      await prepare(identity);
      return vmOf(spec, identity, restored);
    } catch (error) {
      await endProcess(identity);
      throw error;
    }
  };
  return {
    name: 'firecracker',
    probe: () => probeFirecracker(binary, () => probeKernel(ofSettings, options.layers)),
    boot: async (spec) => {
      const place = bridgePlace(spec);
      return started(spec, false, (identity) => callAll(identity, spec.directory, bootCalls(spec, place)));
    },
    restore: async (spec, snapshot) => {
      const place = bridgePlace(spec);
      await mustFit(snapshot, await fingerprint(spec));
      return started(spec, true, (identity) => load({ identity, spec, snapshot, place }));
    },
    attach: async (spec) => {
      const identity = await findProcess(spec.directory);
      // One that is found has been woken: it waits for nothing any more.
      return identity && vmOf(spec, identity, true);
    },
  };
}

function bridgePlace({ network }: VmSpec): BridgePlace {
  if (network.mode === 'bridge') return network;
  throw firecrackerNeedsBridge();
}

async function mustFit(snapshot: Snapshot, wanted: string): Promise<void> {
  if (snapshot.fingerprint === wanted) return;
  const had = snapshot.fingerprint.split('\n');
  const changed = wanted.split('\n').filter((fact) => !had.includes(fact));
  throw snapshotUnusable({
    directory: snapshot.directory,
    reason: `it is of another ${changed.join(', ')}`,
  });
}

interface Load {
  readonly identity: ProcessIdentity;
  readonly spec: VmSpec;
  readonly snapshot: Snapshot;
  readonly place: BridgePlace;
}

/** Only the logger may be set before; a load that fails ends Firecracker. */
async function load({ identity, spec: { directory }, snapshot, place }: Load): Promise<void> {
  await callAll(identity, directory, [loggerCall()]);
  try {
    await callAll(identity, directory, [loadCall(snapshotPaths(snapshot.directory), place)]);
  } catch (error) {
    if (!isOpsError(error, 'FIRECRACKER_REFUSED')) throw error;
    throw snapshotUnusable({ directory: snapshot.directory, reason: error.message });
  }
  await callAll(identity, directory, [stateCall('Resumed')]);
}

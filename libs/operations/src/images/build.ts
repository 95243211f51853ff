import { basename } from 'node:path';
import { imageBuiltSchema, type ImageBuilt } from '@polydev/contract';
import { isOpsError, noAgentLive } from '@polydev/errors';
import type { Host, HostShell } from '@polydev/host';
import { appendToLog, UNTOUCHED } from '../audit/append';
import type { EntryFacts } from '../audit/auditor';
import { withHosts, withShells } from '../connect';
import { assertSigned } from '../signatures/assert-signed';
import { signersOf } from '../signatures/signers';
import { PROGRAM_TIMEOUT_MS, type BuildImageInput, type HostImage } from './images';
import { placeProgram, runProgram } from './program';
import { imageSettings } from './settings';

/**
 * Builds, proves and activates the image of the agent that is live, on one host after another; each does nothing where its
 * image is that already. Under the target's lock, so that the agent stays the same meanwhile. Throws NO_AGENT_LIVE before
 * anything is touched, or what the program says it failed of: that host's active image is then as it was.
 */
export const buildImages = async (input: BuildImageInput): Promise<readonly HostImage[]> => {
  const { environment, target, signal, by } = input;
  const head = { id: 'golden-image', by, startedAt: new Date().toISOString() };
  return withHosts(environment, signal, (hosts) =>
    withShells({ hosts, stateDir: environment.stateDir, target: target.name, head }, async (shells) => {
      const releases = await liveReleases(hosts, input);
      const built: HostImage[] = [];
      for (const [index, shell] of shells.entries()) {
        const release = releases[index] ?? '';
        built.push({ host: shell.host.name, release, ...(await buildAudited(shell, release, input)) });
      }
      return built;
    }),
  );
};

const LIVE = 'test -f "$1/main.js" && readlink -f -- "$1"';

/** Name of the release that is live on each host; throws with every host that has none. */
const liveReleases = async (hosts: readonly Host[], { target }: BuildImageInput): Promise<readonly string[]> => {
  const found = await Promise.all(hosts.map((host) => host.exec(['sh', '-c', LIVE, 'sh', target.path])));
  const without = hosts.filter((_, index) => found[index]?.exitCode !== 0).map(({ name }) => name);
  if (without.length > 0) throw noAgentLive({ target: target.name, hosts: without });
  return found.map(({ stdout }) => basename(stdout.trim()));
};

/** Builds on one host, with an entry in its audit log before and after. Where signatures count, from a signed release only. */
const buildAudited = async (shell: HostShell, release: string, input: BuildImageInput): Promise<ImageBuilt> => {
  const { environment, target, auditor, by, dryRun } = input;
  const signers = await signersOf(environment);
  const { name, stateDir } = environment;
  if (signers) await assertSigned(shell.host, { stateDir, environment: name, target: target.name, release }, signers);
  if (dryRun) return buildOn(shell, input);
  const facts = { action: 'image-activated' as const, target: target.name, host: shell.host.name };
  const write = (more: Pick<EntryFacts, 'before' | 'after' | 'result'>, state: string) =>
    appendToLog(shell, { ...facts, ...auditor?.permission, ...more }, { environment, auditor, by, state });
  await write({ result: 'begun' }, UNTOUCHED);
  try {
    const built = await buildOn(shell, input);
    const { outcome, id, previous } = built;
    const result = outcome === 'activated' ? 'succeeded' : 'unchanged';
    const change = {
      ...(previous === undefined ? {} : { before: previous }),
      ...(id === undefined ? {} : { after: id }),
    };
    await write({ ...(outcome === 'activated' ? change : {}), result }, `The image ${id ?? ''} is active there.`);
    return built;
  } catch (error) {
    // The image that was active still is.
    if (!isOpsError(error, 'AUDIT_UNWRITTEN')) await write({ result: 'failed' }, UNTOUCHED).catch(() => undefined);
    throw error;
  }
};

const buildOn = async (
  shell: HostShell,
  { environment, target, imageProgram, by, report, signal, refresh, dryRun }: BuildImageInput,
) => {
  const path = await placeProgram(shell, environment.stateDir, imageProgram);
  return runProgram(shell, path, {
    // Whoever asks for it by name wants it, whatever a deploy may do by itself.
    settings: imageSettings({ target, stateDir: environment.stateDir, rebuild: dryRun ? 'manual' : 'auto' }) ?? '{}',
    args: ['build', `--agent=${target.path}`, ...(refresh ? ['--refresh'] : [])],
    answer: imageBuiltSchema,
    timeoutMs: PROGRAM_TIMEOUT_MS,
    by,
    report,
    signal,
  });
};

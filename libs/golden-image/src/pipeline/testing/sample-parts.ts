import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildLayers } from '../../layers/build-layers';
import type { ImagesLayout } from '../../layout';
import type { ImageSettings } from '../../settings';
import type { AgentSource, CheckRequest, CheckResult, PipelineParts, StepEvent } from '../parts';

/** Settings of a store of images without VMs. */
export const sampleSettings = (root: string): ImageSettings => ({
  root,
  target: 'vm-agent',
  driver: 'process',
  allowProcess: true,
  network: { mode: 'forward' },
  memoryMiB: 256,
  cpus: 1,
  rebuild: 'auto',
  keep: 1,
  readyTimeoutMs: 10_000,
});

/** Writes an agent; returns what a build of it is asked with. Its digest is taken from its text. */
export const sampleAgent = (directory: string, text: string, sha = text) => {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'main.js'), text);
  writeFileSync(join(directory, 'package.json'), '{"name":"agent","version":"1.2.3"}');
  const source: AgentSource = {
    sha: Buffer.from(sha).toString('hex').padEnd(40, '0').slice(0, 40),
    digest: Buffer.from(text).toString('hex').padEnd(64, '0').slice(0, 64),
    release: `r-${sha}`,
  };
  return { agent: directory, source };
};

/** A boot that finds what the test says, and looks whether the image's files are there as they should be. */
export const seenAs =
  (verdict: CheckResult['verdict'], boots: CheckRequest[] = []) =>
  async (request: CheckRequest): Promise<CheckResult> => {
    boots.push(request);
    mkdirSync(request.directory, { recursive: true });
    writeFileSync(join(request.directory, 'console'), 'hello\n');
    readFileSync(request.image.layers.agent ?? '');
    return {
      verdict,
      detail: verdict === 'ready' ? 'it was ready' : 'it was not ready',
      console: ['GUEST-INIT', 'AGENT-EXIT rc=42'],
      driver: 'process',
      accelerator: 'none',
      machine: 'none',
      version: process.version,
      bootMs: 120,
    };
  };

/** A pipeline that builds real layers, and boots nothing unless told how. */
export const sampleParts = (root: string, over: Partial<PipelineParts> = {}) => {
  const events: StepEvent[] = [];
  const parts: PipelineParts = {
    settings: sampleSettings(root),
    buildLayers: async ({ agent, source, signal }) => {
      const built = await buildLayers({
        root,
        kind: 'process',
        agent: { directory: agent, digest: source.digest },
        signal,
      });
      return { ...built, versions: { tar: '1.34' }, sbom: async ({ id }) => JSON.stringify({ id }) };
    },
    check: seenAs('ready'),
    endLeftVms: async () => undefined,
    leased: async (_layout: ImagesLayout) => new Set<string>(),
    now: () => new Date(),
    by: 'anna@laptop',
    report: (event) => events.push(event),
    signal: new AbortController().signal,
    ...over,
  };
  return { parts, events };
};

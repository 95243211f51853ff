import { bundleProgram } from '@polydev/golden-image/bundle';
import { describeSsh, startSshd, type TestSshd } from '@polydev/host/testing';
import { readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { REPOSITORY } from './docs';
import { type Answer, type Files, makeWorkspace, project, type Workspace } from './workspace';

const SCRIPT = 'scripts/build-golden-snapshot-complete.sh';

/** An agent as small as one can be, which says who it is; `how` is what its health answers. */
const agent = (mark: string, how = 'ready'): string => `
const { IMAGE_ID: image, AGENT_DIGEST: digest, PORT, HOST = '0.0.0.0' } = process.env;
const answer = JSON.stringify({ status: '${how}', image, digest, mark: '${mark}' });
require('node:http').createServer((_, response) => response.end(answer)).listen(PORT, HOST);
`;
const app = (name: string, files: Files): Files => ({
  ...project(name, {
    targets: {
      build: {
        // A package.json in the sources would be a project of its own to Nx.
        command:
          'rm -rf dist && cp -r src dist && if cd dist && test -f agent.json; then mv agent.json package.json; fi',
        options: { cwd: '{projectRoot}' },
        outputs: ['{projectRoot}/dist'],
      },
    },
  }),
  ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`apps/${name}/src/${path}`, text])),
});

interface Shown {
  readonly active: string | null;
  readonly previous: string | null;
  readonly images: readonly {
    readonly id: string;
    readonly sha: string;
    readonly digest: string;
    readonly createdAt: string;
    readonly verdict: string;
    readonly vms: readonly string[];
  }[];
  readonly vms: readonly { readonly id: string; readonly image: string; readonly address: string }[];
}

/** Nx starts a process for every task, the first image of a server takes a download, and there are other things to do. */
export const STORY_MS = 300_000;

export interface GoldenImageStory {
  readonly driver: 'process' | 'qemu';
  /** What is said of a boot by that driver. */
  readonly proof: RegExp;
  /** Only its beginning. */
  readonly brief?: boolean;
}

/** What somebody with a server types, one after the other: each test goes on from where the one before it left the server. */
export const goldenImageStory = ({ driver, proof, brief = false }: GoldenImageStory): void => {
  describeSsh('on a real server', () => {
    let sshd: TestSshd;
    let workspace: Workspace;

    beforeAll(async () => {
      sshd = await startSshd();
      workspace = makeWorkspace({
        '.deploy.yaml': manifest(),
        ...app('master-controller', {
          [SCRIPT]: readFileSync(join(REPOSITORY, 'apps/master-controller', SCRIPT), 'utf8'),
          'golden-image.cjs': (await bundleProgram()).text,
        }),
        ...app('vm-agent', {
          'main.js': agent('1'),
          'agent.json': { name: 'vm-agent', version: '1.0.0', private: true },
        }),
      });
    });
    afterAll(async () => {
      await type('npx nx run vm-agent:vms --stop=all');
      workspace.remove();
      await sshd.stop();
    });

    const manifest = (): string => `version: 1.0
state_dir: ${sshd.directory}/opt/polydev-ai
targets:
  master-controller: { path: ${sshd.directory}/opt/master-controller }
  vm-agent:
    path: ${sshd.directory}/opt/polydev-ai/vm-agent
    post_deploy: bash ${sshd.directory}/opt/master-controller/${SCRIPT}
    golden_image: { driver: ${driver}, ready_timeout: 15 }
environments:
  sandbox:
    hosts:
      - { name: box, address: 127.0.0.1, port: ${sshd.port}, user: ${sshd.user}, identity_file: ${sshd.clientKey.path}, known_hosts: ${sshd.knownHostsFile} }
`;
    const type = (command: string, env: Record<string, string> = {}): Promise<Answer> =>
      workspace.nx(command.split(' ').slice(2), { NX_DEFAULT_OUTPUT_STYLE: 'static', ...env });
    const good = async (command: string, env?: Record<string, string>): Promise<string> => {
      const { exitCode, all } = await type(command, env);
      // The output, where the code is not 0, is what a failing test has to show.
      expect(exitCode === 0 ? '' : all).toBe('');
      return all;
    };
    const resultOf = async <T>(command: string): Promise<T> => {
      const line = (await good(command)).split('\n').find((text) => /^[[{]/.test(text));
      return JSON.parse(line ?? 'null') as T;
    };
    const status = () => resultOf<Shown>('npx nx run vm-agent:status --json');
    const active = (): string => basename(readlinkSync(join(sshd.directory, 'opt/polydev-ai/images/active')));
    const live = (): string => readFileSync(join(sshd.directory, 'opt/polydev-ai/vm-agent/main.js'), 'utf8');
    const ids: string[] = [];
    const shas: string[] = [];

    test('one command deploys the agent, builds its image, boots it and says what came of it', async () => {
      shas.push(workspace.git('rev-parse', 'HEAD'));
      const all = await good('npx nx run vm-agent:golden-image');
      expect(all).toMatch(/box: img-[0-9a-f]{16} is active, as the deploy of this run left it/);
      expect(all).toMatch(proof);
      ids.push(active());
      expect(all).toContain(ids[0]);
    });

    test('a second run says that nothing changed', async () => {
      const all = await good('npx nx run vm-agent:golden-image');
      expect(all).toMatch(new RegExp(`box: nothing changed; ${ids[0]} is active`));
      expect(all).not.toMatch(/✓ +validate/);
    });

    if (brief) return;

    test('a changed agent gets a new image with its deploy, and status tells of both', async () => {
      shas.push(workspace.commit({ 'apps/vm-agent/src/main.js': agent('2') }));
      await good('npx nx affected -t deploy');
      ids.push(active());
      expect(ids[1]).not.toBe(ids[0]);
      const seen = await status();
      expect(seen).toMatchObject({ active: ids[1], previous: ids[0] });
      expect(seen.images.map(({ id, sha, verdict }) => [id, sha, verdict]).sort()).toEqual(
        [0, 1].map((index) => [ids[index], shas[index], 'ready']).sort(),
      );
      for (const { digest, createdAt } of seen.images) {
        expect(digest).toMatch(/^[0-9a-f]{64}$/);
        expect(createdAt).toMatch(/^\d{4}-\d\d-\d\dT/);
      }
      const text = await good('npx nx run vm-agent:status');
      expect(text).toMatch(new RegExp(`${ids[1]} +active`));
      expect(text).toMatch(new RegExp(`${ids[0]} +previous`));
    });

    test('VMs start from it, are seen, keep their image, and stop', async () => {
      await good('npx nx run vm-agent:vms --start=2');
      const { vms, images } = await status();
      expect(vms.map(({ image }) => image)).toEqual([ids[1], ids[1]]);
      expect(images.find(({ id }) => id === ids[1])?.vms).toEqual(vms.map(({ id }) => id));
      for (const { address } of vms) {
        expect(await (await fetch(`${address}/health`)).json()).toMatchObject({
          status: 'ready',
          image: ids[1],
          mark: '2',
        });
      }
      const [first] = vms;
      expect(await good('npx nx run vm-agent:vms')).toContain(first?.address);
      await good(`npx nx run vm-agent:vms --stop=${first?.id}`);
      expect((await status()).vms.map(({ id }) => id)).toEqual(vms.slice(1).map(({ id }) => id));
    });

    test('an agent that never becomes ready is rejected: release and image stay', async () => {
      workspace.commit({ 'apps/vm-agent/src/main.js': agent('bad', 'starting') });
      const answer = await type('npx nx affected -t deploy');
      expect(answer.exitCode).not.toBe(0);
      expect(answer.all).toContain('never-ready');
      expect(active()).toBe(ids[1]);
      expect(live()).toContain("mark: '2'");
      workspace.git('revert', '--no-edit', 'HEAD');
    });

    test('with GOLDEN_IMAGE_REBUILD=manual a deploy leaves the image, and the command builds it', async () => {
      shas.push(workspace.commit({ 'apps/vm-agent/src/main.js': agent('3') }));
      const all = await good('npx nx run vm-agent:deploy', { GOLDEN_IMAGE_REBUILD: 'manual' });
      expect(all).toMatch(/would be built/);
      expect(live()).toContain("mark: '3'");
      expect(active()).toBe(ids[1]);
      expect(await good('npx nx run vm-agent:golden-image')).toMatch(
        new RegExp(`box: img-[0-9a-f]{16} is active \\(.*\\); before it ${ids[1]}`),
      );
      ids.push(active());
    });

    test('a rollback takes release and image back to that commit', async () => {
      const command = 'npx nx run vm-agent:rollback --sha=abc123f';
      const all = await good(command.replace('abc123f', shas[0]?.slice(0, 12) ?? ''));
      expect(all).toMatch(new RegExp(`restore image.*${ids[0]}`));
      expect(active()).toBe(ids[0]);
      expect(live()).toContain("mark: '1'");
      await good('npx nx run vm-agent:vms --stop=all');
      expect((await status()).vms).toEqual([]);
    });
  });
};

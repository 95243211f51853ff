import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { bundleProgram } from '@polydev/golden-image/bundle';
import { makeWorkspace, project, type Files, type Workspace } from '@polydev/nx-deploy/testing/workspace';
import type { TestHost } from './test-host';
import { REPOSITORY } from './workflows';

const SCRIPT = 'scripts/build-golden-snapshot-complete.sh';
const ownText = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');

/** Says that it is well, in words that any health check of the manifest wants, and answers /version; `smoke` is the HTTP status there. */
export const service = (version: string, smoke = 200): string => `
require('node:http').createServer(({ url }, answer) => {
  if (url === '/version') answer.writeHead(${smoke}).end(${JSON.stringify(version)});
  else answer.end(url.startsWith('/api/auth/') ? '{"status":"healthy"}' : '{"status":"ok"}');
}).listen(process.env.PORT, '127.0.0.1');
`;

export const agent = (version: string): string => `// ${version}
const { IMAGE_ID: image, AGENT_DIGEST: digest, PORT, HOST } = process.env;
const health = JSON.stringify({ status: 'ready', image, digest });
require('node:http').createServer((_, answer) => answer.end(health)).listen(PORT, HOST);
`;

const app = (name: string, text: string): Files => ({
  ...project(name, {
    targets: {
      build: {
        command: 'rm -rf dist && cp -r src dist',
        options: { cwd: '{projectRoot}' },
        cache: true,
        outputs: ['{projectRoot}/dist'],
      },
      test: { command: 'true', cache: true },
      lint: { command: 'true' },
      typecheck: { command: 'true' },
    },
  }),
  [`apps/${name}/src/main.js`]: text,
});

/**
 * A repository with this one's manifest, doors and plugin, and three small apps. `npm ci` there is a real one, of a lock
 * file without packages, after which those of this repository are put in place.
 */
export const makeShop = async (host: TestHost): Promise<Workspace> => {
  const packages = {
    name: 'shop',
    version: '1.0.0',
    private: true,
    scripts: {
      'deployed-base': 'node tools/nx-deploy/bin/deployed-base.cjs',
      postinstall: `rm -rf node_modules && ln -s ${join(REPOSITORY, 'node_modules')} node_modules`,
    },
  };
  const shop = makeWorkspace({
    '.env': ownText('.env'),
    '.npmrc': ownText('.npmrc'),
    '.deploy.yaml': host
      .here(ownText('.deploy.yaml'))
      .replace('\ntargets:', `\nstate_dir: ${host.home}/opt/polydev-ai\ntargets:`)
      .replace(
        /^( *)post_deploy: .*$/m,
        (line, indent: string) => `${line}\n${indent}golden_image: { driver: process }`,
      )
      .replace(/^ {2}database:\n {4}migrations: .*\n/m, ''),
    'package.json': packages,
    'package-lock.json': {
      name: 'shop',
      version: '1.0.0',
      lockfileVersion: 3,
      requires: true,
      packages: { '': { name: 'shop', version: '1.0.0', hasInstallScript: true } },
    },
    ...app('master-controller', service('v1')),
    [`apps/master-controller/src/${SCRIPT}`]: ownText(`apps/master-controller/${SCRIPT}`),
    'apps/master-controller/src/golden-image.cjs': (await bundleProgram()).text,
    ...app('vm-agent', agent('v1')),
    ...app('frontend', service('v1')),
  });
  mkdirSync(join(shop.root, 'tools/workflows'), { recursive: true });
  cpSync(join(REPOSITORY, 'scripts'), join(shop.root, 'scripts'), { recursive: true });
  cpSync(join(REPOSITORY, 'tools/workflows/bin'), join(shop.root, 'tools/workflows/bin'), { recursive: true });
  for (const room of ['nx-deploy', 'checks']) {
    symlinkSync(join(REPOSITORY, 'tools', room), join(shop.root, 'tools', room));
  }
  shop.commit();
  return shop;
};

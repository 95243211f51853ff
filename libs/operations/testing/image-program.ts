import { createHash } from 'node:crypto';
import type { ImageProgram } from '../src/index';

/**
 * In the place of the program that handles images: speaks its protocol and keeps its state in one file, but boots nothing.
 * An agent with a file `bad` is rejected; a file `refuse` among the images makes it refuse to go back.
 */
const TEXT = `
const fs = require('node:fs');
const { createHash } = require('node:crypto');
const settings = JSON.parse(process.env.GOLDEN_IMAGE_SETTINGS);
const [verb, ...args] = process.argv.slice(2).filter((word) => word !== '--json');
const option = (name) => args.find((word) => word.startsWith('--' + name + '='))?.slice(name.length + 3);
const file = settings.root + '/state.json';
const state = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : { images: [], vms: [] };
const say = (line) => console.log(JSON.stringify(line));
const end = (value) => say({ event: 'result', ...value });
const refuse = (code, message) => {
  say({ event: 'error', code, message, hint: 'Try another.' });
  process.exit(1);
};
const activate = (id) => {
  if (state.active !== id) Object.assign(state, { previous: state.active, active: id });
  fs.mkdirSync(settings.root, { recursive: true });
  fs.writeFileSync(file, JSON.stringify(state));
};
const proof = { verdict: 'ready', bootMs: 4500, driver: 'process', accelerator: 'none', kind: 'process' };
const verbs = {
  status: () => end(state),
  build: () => {
    const agent = option('agent');
    const { sha, digest } = JSON.parse(fs.readFileSync(agent + '/.release.json', 'utf8'));
    const id = 'img-' + createHash('sha256').update(digest).digest('hex').slice(0, 16);
    if (state.active === id) return end({ outcome: 'unchanged', id, ...proof });
    if (settings.rebuild === 'manual') return end({ outcome: 'would-build', previous: state.active });
    say({ event: 'step', step: 'validate', state: 'started' });
    if (fs.existsSync(agent + '/bad')) refuse('IMAGE_REJECTED', 'Image ' + id + ' was rejected (never-ready).');
    say({ event: 'step', step: 'validate', state: 'done', durationMs: 4500 });
    const createdAt = new Date().toISOString();
    const image = { id, sha, digest, createdAt, ...proof, size: 1, pinned: false, vms: [] };
    if (!state.images.some((one) => one.id === id)) state.images.unshift(image);
    activate(id);
    end({ outcome: 'activated', id, previous: state.previous, ...proof });
  },
  rollback: () => {
    if (fs.existsSync(settings.root + '/refuse')) refuse('IMAGE_DAMAGED', 'Layer agent is not what was activated.');
    const from = state.active;
    activate(option('image'));
    end({ id: state.active, from, bootMs: 4500, verdict: 'ready' });
  },
  vms: () => {
    if (args[0] === 'start') {
      for (let count = Number(args[1]); count > 0; count -= 1) {
        const id = 'vm-' + createHash('sha256').update(settings.root + state.vms.length).digest('hex').slice(0, 8);
        state.vms.push({ id, image: state.active, driver: 'process', kind: 'process', pid: 1, address: 'http://127.0.0.1:1', startedAt: '', health: 'ready' });
      }
    }
    if (args[0] === 'stop') state.vms = state.vms.filter(({ id }) => !args.includes(id));
    activate(state.active);
    end({ vms: state.vms });
  },
};
verbs[verb]();
`;

export const standInProgram: ImageProgram = {
  text: TEXT,
  sha256: createHash('sha256').update(TEXT).digest('hex'),
};

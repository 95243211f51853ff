// Prints the commit of the newest live release of an environment, or nothing. Arguments go to deployment-status.sh.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const door = fileURLToPath(new URL('../../../scripts/deployment-status.sh', import.meta.url));
const { stdout, error } = spawnSync(door, ['--json', ...process.argv.slice(2)], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
  stdio: ['ignore', 'pipe', 'inherit'],
});
if (error !== undefined) throw error;

/** Targets, or nothing where the status could not be asked; its own words are on standard error then. */
const parse = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    console.error('The status could not be read, so what is live is not known.');
    process.exit(1);
  }
};

// Ids of releases begin with their time. Exit code 1 of the status only says that something needs a person.
const live = parse(stdout)
  .flatMap(({ hosts = [] }) => hosts)
  .filter(({ release, sha }) => release && sha)
  .sort((a, b) => (a.release < b.release ? -1 : 1))
  .at(-1);
if (live !== undefined) console.log(live.sha);

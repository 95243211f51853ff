import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE } from '../testing/checkout';

/** Pages that people wrote; the generated ones are checked for freshness instead. */
const pages = ['README.md', 'CONTRIBUTING.md', ...markdownIn('docs'), ...markdownIn('docs/decisions')].filter(
  (page) => page !== 'docs/manifest.md',
);

function markdownIn(folder: string): string[] {
  return readdirSync(join(WORKSPACE, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
}

/** Command lines of the blocks marked `bash`. Those marked `bash server` need a server of the reader's own. */
const commandsIn = (page: string): string[] =>
  [...readFileSync(join(WORKSPACE, page), 'utf8').matchAll(/^```bash\n([^]*?)^```/gm)].flatMap(([, block = '']) =>
    block
      .split('\n')
      .map((line) => line.replace(/\s+#.*/, '').trim())
      .filter((line) => line !== '' && !line.startsWith('#')),
  );

/** What tests type, here and in CI: this very check is run by CI's script. */
const typed = ['src/newcomer.spec.ts', '../../.ci/run']
  .map((file) => readFileSync(join(__dirname, '..', file), 'utf8'))
  .join('\n');

describe('every command in the docs is run by a test', () => {
  const commands = pages.flatMap((page) => commandsIn(page).map((command) => ({ page, command })));

  it.each(commands)('$page: $command', ({ command }) => {
    expect(typed.includes(`'${command}'`) || typed.includes(`\n${command}\n`) || ELSEWHERE.has(command)).toBe(true);
  });

  it('and the README shows its two commands', () => {
    expect(commandsIn('README.md')).toEqual(expect.arrayContaining(['npm start', 'npm test']));
  });
});

/** Run by other means: the whole suite is `npm test`, and `npm run check` is what CI runs. */
const ELSEWHERE = new Set(['npm test', 'npm run check', 'npm ci']);

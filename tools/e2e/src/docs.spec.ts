import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE } from '../testing/checkout';

const markdownIn = (folder: string): string[] =>
  readdirSync(join(WORKSPACE, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);

/** Pages that people wrote; the generated ones are checked for freshness instead. */
const pages = ['README.md', 'CONTRIBUTING.md', ...markdownIn('docs'), ...markdownIn('docs/decisions')].filter(
  (page) => page !== 'docs/manifest.md',
);
const textOf = (page: string): string => readFileSync(join(WORKSPACE, page), 'utf8');
const blocksIn = (page: string) =>
  [...textOf(page).matchAll(/^```(.*)\n([^]*?)^```/gm)].map(([, mark = '', text = '']) => ({ page, mark, text }));
const blocks = pages.flatMap(blocksIn);

/** Lines of the blocks marked `bash`, which are for this workspace. */
const typedIn = (page: string): string[] =>
  blocksIn(page)
    .filter(({ mark }) => mark === 'bash')
    .flatMap(({ text }) => text.split('\n'))
    .map((line) => line.replace(/\s+#.*/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

/** Commands within a sentence or a table. */
const mentionedIn = (page: string): string[] =>
  [...textOf(page).matchAll(/`((?:npx nx|npm) [^`\n]+)`/g)].map(([, command = '']) => command);

/** What tests type: a newcomer, a person at three in the morning, somebody with a server, CI's script. Each command stands alone in quotes or on its line. */
const typed = [
  'tools/e2e/src/newcomer.spec.ts',
  'tools/e2e/testing/person-on-duty.ts',
  'tools/nx-deploy/src/own-server.story.spec.ts',
  'tools/nx-deploy/src/secrets-page.spec.ts',
  'tools/nx-deploy/src/access.story.spec.ts',
  'tools/nx-deploy/src/refusals-approval.story.spec.ts',
  'tools/nx-deploy/src/refusals-hosts.story.spec.ts',
  'tools/nx-deploy/testing/golden-image-story.ts',
  'tools/trials/src/operator.real.spec.ts',
  'tools/trials/src/own-hosts.real.spec.ts',
  'tools/trials/src/chaos.real.spec.ts',
  'tools/workflows/src/deploy.real.spec.ts',
  '.ci/run',
]
  .map(textOf)
  .join('\n');

/** Run by other means: the whole suite is `npm test`, and CI's script runs `npm run --silent check`. */
const ELSEWHERE = new Set(['npm test', 'npm run check']);

/**
 * Run from these pages: `bash server` and `bash host` by tools/nx-deploy/src/own-server.story.spec.ts, `js` by
 * libs/release/src/services-page.spec.ts.
 */
const MARKS: Readonly<Record<string, readonly string[]>> = {
  'bash server': ['README.md'],
  'bash host': ['docs/server.md'],
  js: ['docs/services.md'],
};
/** What nobody types. */
const SHOWN = ['text', 'ini', 'json', 'yaml'];

describe('every command in the docs is run by a test', () => {
  // CONTRIBUTING mentions many that run parts of what `npm run check` runs.
  const commands = pages.flatMap((page) =>
    [...typedIn(page), ...(page === 'CONTRIBUTING.md' ? [] : mentionedIn(page))].map((command) => ({ page, command })),
  );

  it.each(commands)('$page: $command', ({ command }) => {
    expect(typed.includes(`'${command}'`) || typed.includes(`\n${command}\n`) || ELSEWHERE.has(command)).toBe(true);
  });

  it('no block of commands escapes the tests by its mark', () => {
    const strays = blocks.filter(
      ({ page, mark }) => mark !== 'bash' && !SHOWN.includes(mark) && MARKS[mark]?.includes(page) !== true,
    );
    expect(strays.map(({ page, mark }) => `${page}: ${mark}`)).toEqual([]);
  });

  it('and the README shows its two commands', () => {
    expect(typedIn('README.md')).toEqual(expect.arrayContaining(['npm start', 'npm test']));
  });
});

describe('the docs', () => {
  const links = pages.flatMap((page) =>
    [...textOf(page).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, link = '']) => ({ page, link })),
  );

  it.each(links)('$page: $link is there', ({ page, link }) => {
    expect(existsSync(join(WORKSPACE, page, '..', link))).toBe(true);
  });
});

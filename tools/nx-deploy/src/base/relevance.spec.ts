import { projectGraph } from '../../testing/project-graph';
import { relevanceIn } from './relevance';

const { owner, reaches } = relevanceIn(
  projectGraph({
    workspace: { root: '.' },
    api: { root: 'apps/api', dependsOn: ['contract'] },
    web: { root: 'apps/web', dependsOn: ['ui'] },
    ui: { root: 'libs/ui', dependsOn: ['contract'] },
    contract: { root: 'libs/contract' },
    inner: { root: 'apps/api/inner' },
    images: {
      root: 'apps/images',
      inputs: ['default', '{workspaceRoot}/schemas/**/*.json', { fileset: '{workspaceRoot}/apps/web/icons/*' }],
    },
  }),
);

test.each([
  ['apps/api/src/main.ts', 'api', ['api']],
  ['apps/web/page.tsx', 'web', ['web']],
  ['libs/ui/button.tsx', 'ui', ['web']],
  ['libs/contract/deep/er/api.ts', 'contract', ['api', 'web']],
  ['apps/api/inner/x.ts', 'inner', []],
  ['package-lock.json', undefined, ['api', 'web', 'images']],
  ['docs/page.md', undefined, ['api', 'web', 'images']],
  ['apps/web/icons/a.png', 'web', ['web', 'images']],
])('%s belongs to %s and reaches %j', (file, holder, projects) => {
  expect(owner(file)).toBe(holder);
  expect(['api', 'web', 'images'].filter((project) => reaches(file, project))).toEqual(projects);
});

import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier/flat';
import tseslint from 'typescript-eslint';

const SPECS = ['**/*.spec.ts', '**/*.spec.tsx', '**/testing/**'];
const PLAIN_JAVASCRIPT = ['**/*.{js,cjs,mjs}'];

/** Which layer may import which: one table, read by this file and by `tools/checks`. */
const layers = JSON.parse(readFileSync(new URL('tools/checks/layers.json', import.meta.url), 'utf8'));
const layerTag = (name) => `layer:${name}`;
const layerConstraints = Object.entries(layers).map(([layer, below]) => ({
  sourceTag: layerTag(layer),
  onlyDependOnLibsWithTags: below.map(layerTag),
}));
const platformConstraints = [
  { sourceTag: 'platform:any', onlyDependOnLibsWithTags: ['platform:any'] },
  // A page in a browser has no use for anything that reaches servers or files of the deployer.
  { sourceTag: 'platform:web', onlyDependOnLibsWithTags: ['layer:base'] },
];

/** Node's built-in modules, with and without `node:`, but for those that only compute or wait. */
const PURE_BUILTINS = ['buffer', 'crypto', 'path', 'path/posix', 'timers', 'timers/promises', 'url', 'util'];
const IO_BUILTINS = builtinModules.filter((name) => !PURE_BUILTINS.includes(name));
const NODE_IO = `^(node:)?(${IO_BUILTINS.join('|')})$`;

/** What plain JavaScript of ours uses without importing it. */
const NODE_GLOBALS = Object.fromEntries(
  ['__dirname', 'Buffer', 'console', 'fetch', 'module', 'process', 'require', 'setTimeout', 'URL'].map((name) => [
    name,
    'readonly',
  ]),
);

/** `POLYDEV_LINT=whole` looks types up in one program for all rooms, and one for what runs in a browser: quicker for all, slower for one. */
const PROGRAMS = {
  tsconfigRootDir: import.meta.dirname,
  ...(process.env.POLYDEV_LINT === 'whole'
    ? { project: ['tsconfig.json', 'apps/frontend/tsconfig.json'] }
    : { projectService: true }),
};

export default tseslint.config(
  {
    ignores: [
      '**/dist',
      '**/.next',
      '**/node_modules',
      '**/.nx',
      '**/.sandbox',
      '**/reports',
      '**/coverage',
      '**/next-env.d.ts',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  {
    name: 'polydev/typescript',
    files: ['**/*.{ts,tsx,mts,cts}'],
    extends: [js.configs.recommended, tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: PROGRAMS },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // What hosts and files say is cleaned of control characters in several places, each on purpose.
      'no-control-regex': 'off',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // An empty environment variable or option means "not set", which `||` says and `??` does not.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // It would ask for `!`, which no-non-null-assertion refuses.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // A callback may answer or say nothing.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // An implementation of an asynchronous interface need not await anything.
      '@typescript-eslint/require-await': 'off',
      // Both forms are read as easily; a union cannot be an interface.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // `type` and `interface` literals for closed sets of keys read better than Record in a few places, not in all.
      '@typescript-eslint/consistent-indexed-object-style': 'off',
    },
  },
  {
    name: 'polydev/plain-javascript',
    files: PLAIN_JAVASCRIPT,
    extends: [js.configs.recommended, tseslint.configs.base],
    languageOptions: { globals: NODE_GLOBALS },
  },

  {
    name: 'polydev/house',
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        ...['it', 'test', 'describe'].map((object) => ({
          object,
          property: 'only',
          message: 'It would silence every other test.',
        })),
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression[callee.object.name="jest"][callee.property.name=/mock$/i] > Literal:first-child[value=/^(@polydev\\/|\\.)/]',
          message: 'Our own modules are never mocked: test with the real part, or pass a stand-in as an argument.',
        },
      ],
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 3],
    },
  },
  {
    name: 'polydev/boundaries',
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          // What runs before the packages are installed cannot be imported by its package's name.
          allow: ['../../jest.preset.cjs', '../../install/install.mjs'],
          enforceBuildableLibDependency: false,
          // Code that runs in one of two runtimes is loaded by `import()`; that says nothing about its other uses.
          checkDynamicDependenciesExceptions: ['.*'],
          depConstraints: [...layerConstraints, ...platformConstraints],
        },
      ],
    },
  },
  {
    // The guide is 25 lines; a page's markup and a spec's table of cases are longer than code that has to be followed.
    name: 'polydev/short-functions',
    files: ['**/*.ts'],
    ignores: SPECS,
    rules: { 'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }] },
  },
  {
    name: 'polydev/only-reporting-prints',
    files: ['libs/**'],
    ignores: ['libs/reporting/**', 'libs/*/scripts/**', ...SPECS],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['stdout', 'stderr'].map((property) => ({
          object: 'process',
          property,
          message: 'Only libs/reporting prints: emit an event.',
        })),
      ],
    },
  },
  {
    name: 'polydev/programs-may-print',
    files: ['libs/reporting/**', 'libs/*/scripts/**', 'apps/**', 'tools/**', ...SPECS],
    rules: { 'no-console': 'off' },
  },
  {
    // The Nx rule does not see Node's built-in modules, so those that reach the machine are kept out here.
    name: 'polydev/no-input-or-output',
    files: ['libs/{contract,errors,runbook,operations}/src/**'],
    ignores: SPECS,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: NODE_IO,
              allowTypeImports: true,
              message: 'This room does no input or output of its own: go through a part (host, artifact, reporting).',
            },
          ],
        },
      ],
    },
  },
  {
    name: 'polydev/default-exports-demanded-by-others',
    files: [
      'tools/nx-deploy/src/executors/**',
      'tools/nx-deploy/src/generators/**',
      'apps/frontend/**',
      '**/*.config.*',
    ],
    rules: { 'no-restricted-exports': 'off' },
  },
  {
    name: 'polydev/specs',
    files: SPECS,
    rules: {
      // A spec reads answers of programs as they come and would only assert what the type says.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // Columns of a table of cases.
      'max-params': 'off',
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
    },
  },
  prettier,
);

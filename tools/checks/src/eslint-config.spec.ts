import { resolve } from 'node:path';
import { execa } from 'execa';

const ROOT = resolve(__dirname, '../../..');

/** Lints the texts on its standard input as if they stood in the files, in one process because starting up is slow. */
const LINT = `
  import { text } from 'node:stream/consumers';
  import { ESLint } from 'eslint';
  const eslint = new ESLint();
  const rulesOf = async ([filePath, code]) =>
    (await eslint.lintText(code, { filePath })).flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId ?? 'syntax'));
  const answers = [];
  for (const file of JSON.parse(await text(process.stdin))) answers.push(await rulesOf(file));
  console.log('ANSWER' + JSON.stringify(answers));
`;

/** For each file and text: names of the rules that the text breaks, sorted, each once. */
const brokenRules = async (files: readonly (readonly [string, string])[]): Promise<readonly (readonly string[])[]> => {
  const args = ['--input-type=module', '-e', LINT];
  const { stdout } = await execa('node', args, { cwd: ROOT, input: JSON.stringify(files) });
  // Lines about the Nx rule, which needs a cached project graph, come before the answer.
  const answers = JSON.parse(stdout.slice(stdout.indexOf('ANSWER') + 'ANSWER'.length)) as readonly string[][];
  return answers.map((rules) => [...new Set(rules)].sort());
};

const CASES = {
  'a room without input and output may neither reach Node nor print, nor leave a promise alone': {
    file: 'libs/contract/src/api.ts',
    text: `
      import { readFileSync } from 'node:fs';
      import { execFile } from 'child_process';
      import { join } from 'node:path';
      import type { Readable } from 'node:stream';
      export const read = (_stream: Readable): string => join(execFile.name, readFileSync('x', 'utf8'));
      export const say = (): void => { console.log('x'); process.stdout.write('x'); };
      export const forget = (): void => { Promise.resolve(1); };
      export const many = (a: string, b: string, c: string, d: string): string => a + b + c + d;
      export default read;
    `,
    broken: [
      '@typescript-eslint/no-floating-promises',
      '@typescript-eslint/no-restricted-imports',
      'max-params',
      'no-console',
      'no-restricted-exports',
      'no-restricted-properties',
    ],
  },
  'a switch over a union names every case, and types are imported as types': {
    file: 'tools/checks/src/check.ts',
    text: `
      import { Leak } from './leaks';
      export const size = (shape: 'small' | 'large'): number => {
        switch (shape) {
          case 'small':
            return 1;
        }
        return 2;
      };
      export const lineOf = (leak: Leak): number => leak.line;
    `,
    broken: ['@typescript-eslint/consistent-type-imports', '@typescript-eslint/switch-exhaustiveness-check'],
  },
  'a spec may print and use Node, but neither mock our own modules nor silence other tests': {
    file: 'tools/checks/src/layers.spec.ts',
    text: `
      import { readFileSync } from 'node:fs';
      jest.mock('@polydev/errors');
      jest.mock('./layers');
      jest.mock('fs');
      it.only('reads', () => { console.log(readFileSync('x', 'utf8')); });
    `,
    broken: ['no-restricted-properties', 'no-restricted-syntax'],
  },
};

describe('the lint rules of the house', () => {
  let answers: readonly (readonly string[])[];
  beforeAll(async () => {
    answers = await brokenRules(Object.values(CASES).map(({ file, text }) => [file, text] as const));
  }, 120_000);

  test.each(Object.entries(CASES).map(([name, { broken }], index) => ({ name, broken, index })))(
    '$name',
    ({ broken, index }) => {
      expect(answers[index]).toEqual(broken);
    },
  );
});

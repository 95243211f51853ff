import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import type * as Expressions from '@actions/expressions';
import type * as WorkflowParser from '@actions/workflow-parser';
import { build } from 'esbuild';

/** GitHub's own parser, evaluator and linter of workflows. */
export interface Actions {
  readonly parser: typeof WorkflowParser;
  readonly expressions: typeof Expressions;
  readonly service: { readonly validate: (document: TextDocument) => Promise<readonly Diagnostic[]> };
}

/** A text as the language server protocol has it. */
export interface TextDocument {
  readonly uri: string;
  readonly languageId: string;
  readonly version: number;
  readonly lineCount: number;
  getText(): string;
  offsetAt(position: Position): number;
  positionAt(offset: number): Position;
}

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Diagnostic {
  readonly message: string;
  readonly range: { readonly start: Position };
}

const ENTRY = `
export * as parser from '@actions/workflow-parser';
export * as expressions from '@actions/expressions';
export * as service from '@actions/languageservice';
`;

let loaded: Promise<Actions> | undefined;

/** Loads GitHub's packages. They import JSON in a way that Node refuses, so they are bundled first, in memory. */
export const loadActions = (): Promise<Actions> => (loaded ??= bundle());

const bundle = async (): Promise<Actions> => {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: __dirname },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    write: false,
    logLevel: 'error',
  });
  const module: { exports: unknown } = { exports: {} };
  const code = outputFiles[0]?.text ?? '';
  const run = compileFunction(code, ['module', 'exports', 'require']) as (...args: unknown[]) => void;
  run(module, module.exports, createRequire(__filename));
  return module.exports as Actions;
};

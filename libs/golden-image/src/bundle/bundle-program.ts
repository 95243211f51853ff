import { createHash } from 'node:crypto';
import { resolve } from 'node:path';

/** The program that handles images on a server, as one file that needs nothing but Node. */
export interface BundledProgram {
  readonly text: string;
  /** SHA-256 of its text, as hex. */
  readonly sha256: string;
}

/** The oldest version of Node that the program promises to run on. */
const OLDEST_NODE = 'node20';

/**
 * Bundles the program with everything that it imports. The same sources give the same text, in whichever folder they lie.
 * Throws what esbuild has against them.
 */
export async function bundleProgram(): Promise<BundledProgram> {
  // Loaded when it is needed: most commands of those who import this need it not.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: resolve(__dirname, '../..'),
    entryPoints: ['src/program/main.ts'],
    bundle: true,
    platform: 'node',
    target: OLDEST_NODE,
    format: 'cjs',
    // It is sent to servers; names stay, as people read stacks.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    // What it has against the sources it throws; its warnings are the type checker's to tell.
    logLevel: 'silent',
    write: false,
  });
  const text = outputFiles.map((file) => file.text).join('');
  return { text, sha256: createHash('sha256').update(text).digest('hex') };
}

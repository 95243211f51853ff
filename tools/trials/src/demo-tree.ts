import { createRequire } from 'node:module';
import { join } from 'node:path';

const { treeDigest } = createRequire(__filename)(join(__dirname, '../demo/tree.js')) as {
  treeDigest: (directory: string) => string;
};

/** SHA-256 of a tree as the demo service computes it at its start: by the very same code. */
export const demoTreeDigest = treeDigest;

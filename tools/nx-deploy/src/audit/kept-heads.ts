import { canonicalJson, parseHeads, type KeptHead } from '@polydev/audit';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditFolder } from '../run/run-folder';

/**
 * Keeps heads of an environment's logs in this checkout, where no host can change them. It is one copy more: a checkout that
 * cannot be written to keeps nobody from deploying.
 */
export const keepHeads = (root: string, environment: string, heads: readonly KeptHead[]): void => {
  try {
    mkdirSync(auditFolder(root), { recursive: true });
    appendFileSync(fileOf(root, environment), heads.map((head) => `${canonicalJson(head)}\n`).join(''));
  } catch {
    return;
  }
};

/** The heads that this checkout has kept of an environment's logs; none where it never deployed there. */
export const keptHeads = (root: string, environment: string): readonly KeptHead[] => {
  try {
    return parseHeads(readFileSync(fileOf(root, environment), 'utf8')).heads;
  } catch {
    return [];
  }
};

const fileOf = (root: string, environment: string): string => join(auditFolder(root), `${environment}.heads.jsonl`);

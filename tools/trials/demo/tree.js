const { createHash } = require('node:crypto');
const { readFileSync, readdirSync } = require('node:fs');
const { join, relative } = require('node:path');

/** What a deploy writes beside the built files; not part of what was built. */
const NOT_BUILT = ['.release.json'];

/**
 * SHA-256 over the names and contents of all files below a directory. A release that holds files of two versions has
 * the digest of neither.
 */
const treeDigest = (directory) => {
  const hash = createHash('sha256');
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((path) => !NOT_BUILT.includes(path))
    .sort();
  for (const path of files) {
    const content = createHash('sha256')
      .update(readFileSync(join(directory, path)))
      .digest('hex');
    hash.update(`${content} ${path}\n`);
  }
  return hash.digest('hex');
};

module.exports = { treeDigest };

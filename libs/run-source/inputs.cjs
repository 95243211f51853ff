const { statSync } = require('node:fs');
const { sep } = require('node:path');

const PACKAGES = `${sep}node_modules${sep}`;

/**
 * A file's size and the time, in milliseconds, by which a change of it is told; undefined where it is not there. Of our own files that
 * is `ctime`, which nothing sets back. Of packages it is `mtime`: their `ctime` changes with each copy by hard links. npm gives
 * all files of packages one `mtime`, so the list that it writes beside them is an input too.
 */
const lookAt = (file) => {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats && { size: stats.size, time: file.includes(PACKAGES) ? stats.mtimeMs : stats.ctimeMs };
};

module.exports = { lookAt };

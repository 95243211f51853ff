const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

/** Seconds after which a fault shows that has a time, where the file names none. */
const DEFAULT_SECONDS = 3;

/**
 * How this edition is broken: the file `FAULT`, a name and the seconds after which it shows (`later-500 2`).
 * An edition without the file works.
 */
const readFault = (directory) => {
  const file = join(directory, 'FAULT');
  const [name = 'none', seconds] = existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ') : [];
  return { name, seconds: Number(seconds ?? DEFAULT_SECONDS) };
};

module.exports = { readFault };

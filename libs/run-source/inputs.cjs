const { readdirSync, statSync } = require('node:fs');
const { dirname, join, sep } = require('node:path');

const PACKAGES = `${sep}node_modules${sep}`;

/**
 * What tells a change of a file or a folder; undefined where it is not there. Of our own files that is `ctime`, which nothing sets
 * back. Of packages it is `mtime`: their `ctime` changes with each copy by hard links. npm gives all files of packages one `mtime`, so
 * the list that it writes beside them is an input too. Of a folder it is what is in it, by name.
 */
const lookAt = (file) => {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) return undefined;
  if (stats.isDirectory()) return { size: undefined, time: undefined, names: namesIn(file) };
  return { size: stats.size, time: file.includes(PACKAGES) ? stats.mtimeMs : stats.ctimeMs, names: undefined };
};

/** Without what lies hidden, as editors and caches do it. */
const namesIn = (folder) =>
  readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort()
    .join('/');

/** An input as it is written down. */
const stateOf = (file) => {
  const now = lookAt(file);
  return [file, now?.size ?? null, now?.time ?? null, now?.names ?? null];
};

/** Neither is it another, nor did it come or go. */
const isUnchanged = ([file, size, time, names]) => {
  const now = lookAt(file);
  if (now === undefined) return time === null && names === null;
  return names === null ? now.size === size && now.time === time : now.names === names;
};

/** What npm writes anew whenever it changes packages. */
const INSTALLED = 'node_modules/.package-lock.json';
const STEERING = /^(package|tsconfig.*)\.json$/;

/**
 * All on which it depends what is loaded: the files that were, and of our own files what decides which they are and how they are
 * read. A new file may come before one of the same name; `package.json` and `tsconfig.json` say what a name means.
 */
const inputsOf = (root, loaded) => {
  const folders = new Set();
  for (const file of loaded.filter((one) => !one.includes(PACKAGES) && one.startsWith(root)))
    for (let folder = dirname(file); folder.length >= root.length; folder = dirname(folder)) folders.add(folder);
  const steering = [...folders, join(root, '.')].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => STEERING.test(name))
      .map((name) => join(folder, name)),
  );
  // The root's own listing changes with whatever is put there, so that those two are looked for by name.
  const always = [INSTALLED, 'package.json', 'tsconfig.json'].map((name) => join(root, name));
  return [...new Set([...loaded, ...steering, ...always, ...folders])].map(stateOf);
};

module.exports = { inputsOf, isUnchanged };

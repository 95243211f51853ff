const {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} = require('node:fs');
const { basename, dirname, join } = require('node:path');

const attempt = (act) => {
  try {
    act();
  } catch {
    // Another process does the same, or nothing can be kept at all.
  }
};

/** Puts a file in place whole or not at all. Where nothing can be kept, nothing is: each process then makes it for itself. */
const placeFile = (file, data) => {
  const temporary = `${file}.${process.pid}`;
  attempt(() => {
    mkdirSync(dirname(file), { recursive: true });
    const opened = openSync(temporary, 'w');
    try {
      for (let written = 0; written < data.length;) written += writeSync(opened, data, written);
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
    renameSync(temporary, file);
  });
  attempt(() => rmSync(temporary, { force: true }));
};

/** Longer than anybody takes to put a file in place, in milliseconds. */
const LEFT_MS = 3_600_000;
const TEMPORARY = /\.\d+$/;

/** Removes what nobody will read: files of the same program by another recipe, and what a killed process had not put in place yet. */
const removeOthers = (kept) =>
  attempt(() => {
    const directory = dirname(kept);
    const own = basename(kept);
    const [program] = own.split('-');
    for (const name of readdirSync(directory)) {
      const file = join(directory, name);
      const isFormer = name.startsWith(`${program}-`) && !name.startsWith(`${own}.`);
      const isLeft = TEMPORARY.test(name) && Date.now() - statSync(file).mtimeMs > LEFT_MS;
      if (isFormer || isLeft) rmSync(file, { force: true });
    }
  });

module.exports = { placeFile, removeOthers };

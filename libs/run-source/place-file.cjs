const { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } = require('node:fs');
const { dirname } = require('node:path');

/** Puts a file in place whole or not at all. Where nothing can be kept, nothing is: each process then makes it for itself. */
const placeFile = (file, data) => {
  const temporary = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const opened = openSync(temporary, 'w');
    try {
      for (let written = 0; written < data.length;) written += writeSync(opened, data, written);
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
    renameSync(temporary, file);
  } catch {
    // As said.
  }
};

module.exports = { placeFile };

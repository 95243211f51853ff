// Runs as a worker thread: looks at the command line and the environment of every process of the machine, over and over,
// also while the test's own thread is busy. Plain JavaScript, because a worker is not loaded through the test runner.
const { readFileSync, readdirSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');

const { needles, asked } = workerData;
const stopped = new Int32Array(asked);
const seen = new Set();

/** What a process does not want to show us, or what is gone by now. */
const contentOf = (path) => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

const nameOf = (pid) => contentOf(`/proc/${pid}/comm`).trim() || 'gone by now';

/** Reports each place once: which process, and which argument or variable, never what it holds. */
const lookAt = (pid, kind) => {
  const content = contentOf(`/proc/${pid}/${kind}`);
  if (!needles.some((needle) => content.includes(needle))) return;
  content.split('\0').forEach((part, index) => {
    if (!needles.some((needle) => part.includes(needle))) return;
    const place = kind === 'cmdline' ? `argument ${index}` : `environment variable ${part.split('=')[0]}`;
    const key = `${pid} ${place}`;
    if (seen.has(key)) return;
    seen.add(key);
    parentPort.postMessage({ pid: Number(pid), name: nameOf(pid), place });
  });
};

/** linux/sched.h: forked, and has not started a program of its own; cleared once it has. */
const PF_FORKNOEXEC = 0x40;

/** A process that was forked and shows what its parent was started with; its parent is looked at itself. */
const isItsParent = (pid) => {
  // proc(5): `pid (name) state ppid pgrp session tty tpgid flags …`, where the name may hold anything.
  const flags = contentOf(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ')[6];
  return (Number(flags) & PF_FORKNOEXEC) !== 0;
};

const look = () => {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (isItsParent(pid)) continue;
    lookAt(pid, 'cmdline');
    lookAt(pid, 'environ');
  }
};

const round = () => {
  const last = Atomics.load(stopped, 0) === 1;
  look();
  if (last) parentPort.close();
  else setTimeout(round, 5);
};
parentPort.postMessage('looking');
round();

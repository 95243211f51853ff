// Starts a task, the program in TASK, as Nx does: as a process of its own below the one with the command line.
const { spawnSync } = require('node:child_process');

process.exit(spawnSync(process.execPath, ['-e', process.env.TASK], { stdio: 'inherit', cwd: __dirname }).status);

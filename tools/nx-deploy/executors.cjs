// What Nx takes a task's executor from, by the name that executors.json has for it.
require('@polydev/run-source');
const { EXECUTORS } = require('./src/executors/index.ts');

const loadedToRun =
  (load) =>
  async (...given) =>
    (await load()).default(...given);

module.exports = Object.fromEntries(Object.entries(EXECUTORS).map(([name, load]) => [name, loadedToRun(load)]));

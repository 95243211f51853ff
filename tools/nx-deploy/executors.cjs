// The plugin's executors, by the names that executors.json has for them; each is loaded when a task of its kind runs.
require('@polydev/run-source');

module.exports = new Proxy({}, { get: (_, name) => require(`./src/executors/${name}/executor.ts`).default });

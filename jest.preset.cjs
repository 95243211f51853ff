const { mkdirSync, readFileSync } = require('node:fs');
const path = require('node:path');

// Jest writes the report that nx.json asks for, but not the folder it goes to.
mkdirSync(path.join(__dirname, 'reports', 'tests'), { recursive: true });

const turns = JSON.parse(readFileSync(path.join(__dirname, 'tools/checks/turns.json'), 'utf8'));

if (process.env.POLYDEV_TURN && turns[process.env.POLYDEV_TURN] === undefined)
  throw new Error(`POLYDEV_TURN=${process.env.POLYDEV_TURN}: there are ${turns.length} turns, from 0.`);

/** Long stories whose turn it is not; `tools/checks` says whose it is, and what was left out. */
const notNow = process.env.POLYDEV_TURN
  ? turns.flatMap((files, turn) => (String(turn) === process.env.POLYDEV_TURN ? [] : files))
  : [];

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * One Jest configuration for every project. `transformIgnorePatterns: []` because ES-module-only packages
 * (execa) have to be turned into CommonJS too before Jest can load them.
 */
module.exports = (directory) => ({
  rootDir: directory,
  displayName: require(`${directory}/project.json`).name,
  testEnvironment: 'node',
  testMatch: ['<rootDir>/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/\\.next/'],
  // Not testPathIgnorePatterns, whose place the flags of some projects take.
  modulePathIgnorePatterns: ['/dist/', '/\\.next/', ...notNow.map((file) => `${escaped(path.join(__dirname, file))}$`)],
  passWithNoTests: notNow.length > 0,
  transform: {
    '^.+\\.(ts|tsx|js|mjs)$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [],
  // A dependency of execa that may only be imported, never required; what Jest loads was turned into require.
  moduleNameMapper: { '^unicorn-magic$': path.join(__dirname, 'node_modules/unicorn-magic/node.js') },
  testTimeout: 30_000,
});

import { OpsError } from '../ops-error';

export const SERVICE_CODES = [
  'UNIT_FELL_OVER',
  'SETUP_NEEDS_ROOT',
  'SETUP_FAILED',
  'SETUP_NOTHING',
  'SETUP_CONFLICT',
] as const;

/** A service became ready and did not stay up; `words` and `restarts` are what systemd says of its unit. */
export const unitFellOver = (facts: { host: string; unit: string; words: string; restarts: number; log: string }) =>
  new OpsError(
    'UNIT_FELL_OVER',
    `${facts.unit} on ${facts.host} did not stay up: systemd says ${facts.words}, started again by itself ` +
      `${facts.restarts} ${facts.restarts === 1 ? 'time' : 'times'}.` +
      (facts.log ? `\nThe service's last log lines:\n${facts.log.replace(/^/gm, '  ')}` : ''),
    'Find the cause in the log lines above or on the host, mend it, and deploy again.',
  );

/** `setup` writes units and accounts, which takes root, by login or by sudo without a password. */
export const setupNeedsRoot = (facts: { host: string; user: string; target: string }) =>
  new OpsError(
    'SETUP_NEEDS_ROOT',
    `${facts.user} on ${facts.host} is neither root nor may use sudo without a password. Nothing was changed there.`,
    `Log in for this once as somebody who may: \`npx nx run ${facts.target}:setup --as=root\`. Deploys go on without.`,
  );

/** The account that deploys cannot log in, which is what a setup is there for. */
export const setupLogin = (error: OpsError, { target }: { readonly target: string }) =>
  new OpsError(
    error.code,
    error.message,
    `If the host has not been set up yet, log in for this once as an account that is there: \`npx nx run ${target}:setup --as=root\`. Else: ${error.hint}`,
    { cause: error },
  );

/** The program that sets a host up ended badly; `output` holds its last lines. It may be run again at any time. */
export const setupFailed = (facts: { host: string; target: string; output: string }) =>
  new OpsError(
    'SETUP_FAILED',
    `Setting up ${facts.host} for ${facts.target} stopped half-way:\n${facts.output.replace(/^/gm, '  ')}\nWhat was done before stays; no release was touched.`,
    'Mend what the output names and run the same command again: it only does what is missing.',
  );

/** There is nothing for `setup` to do for a target. */
export const setupNothing = (facts: { target: string }) =>
  new OpsError(
    'SETUP_NOTHING',
    `${facts.target} has no \`service\` in the manifest, so there are no units for \`setup\` to write. Nothing was changed.`,
    'Give it a `service` with a `command` (docs/services.md), or keep starting it by your own unit and `restart`.',
  );

/** What the manifest means cannot be set up over what serves now; `why` is a clause, `remedy` says what could be done. */
export const setupConflict = (facts: { host: string; target: string; why: string; remedy: string }) =>
  new OpsError(
    'SETUP_CONFLICT',
    `${facts.target} on ${facts.host} serves in another form than the manifest means: ${facts.why}. Nothing was changed; it goes on serving.`,
    facts.remedy,
  );

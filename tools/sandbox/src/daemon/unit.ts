import { appendFileSync } from 'node:fs';
import { sentenceOf } from '../sentence-of';
import { rotate, type Say } from './log';
import type { NamedUnit } from './unit-definition';
import { launch, type RunSettings, type UnitExit, type UnitRun } from './unit-run';

/** Waits before the starts after a failed run. One more failure than there are waits, and the unit has failed. */
const RETRY_DELAYS_MS = [100, 200, 400, 800, 1_600];
/** A run that lasted this long was no failed start: the waits begin anew after it. */
const STEADY_MS = 10_000;
// systemd.service(5), "Exit status": ended by one of these counts as ended on purpose.
const CLEAN_SIGNALS: readonly string[] = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGPIPE'];

export type UnitState =
  | { readonly kind: 'inactive' }
  | { readonly kind: 'active'; readonly run: UnitRun }
  | { readonly kind: 'stopping'; readonly run: UnitRun }
  | { readonly kind: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'failed'; readonly reason: string };

const isClean = (exit: UnitExit) => ('code' in exit ? exit.code === 0 : CLEAN_SIGNALS.includes(exit.signal));
const wordsOf = (exit: UnitExit) => ('code' in exit ? `exit code ${exit.code}` : exit.signal);

/**
 * One supervised service: started, stopped, and started again when it fails, or whenever it ends by itself, as its
 * definition says. Calls run one after another.
 */
export class Unit {
  state: UnitState = { kind: 'inactive' };
  since = new Date();
  /** Starts after a failure since somebody last started it. */
  restarts = 0;
  lastExit: UnitExit | undefined;
  #failures = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    public definition: NamedUnit,
    private readonly settings: RunSettings & { readonly say: Say },
  ) {}

  /** Starts it unless it runs. Throws an Error with one sentence when its program cannot be started. */
  start(): Promise<void> {
    return this.#next(() => this.#start());
  }

  /** Ends it and everything in its process group; a unit that has failed stays so. */
  stop(): Promise<void> {
    return this.#next(() => this.#stop());
  }

  /** Stops it if it runs, then starts it from what its working directory leads to now. */
  restart(): Promise<void> {
    return this.#next(async () => {
      await this.#stop();
      await this.#start();
    });
  }

  /** Forgets that it failed. */
  resetFailed(): void {
    if (this.state.kind === 'failed') this.#become({ kind: 'inactive' });
  }

  #next(action: () => Promise<void>): Promise<void> {
    const result = this.#queue.then(action);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  #become(state: UnitState): void {
    this.state = state;
    this.since = new Date();
  }

  #say(line: string): void {
    try {
      appendFileSync(this.settings.logFile, `[sandbox ${new Date().toISOString()}] ${line}\n`);
    } catch {
      // A sandbox whose folder was deleted must stop its units all the same.
    }
    this.settings.say(`${this.definition.name}: ${line}`);
  }

  async #start(): Promise<void> {
    if (this.state.kind === 'active') return;
    if (this.state.kind === 'waiting') clearTimeout(this.state.timer);
    this.#failures = 0;
    this.restarts = 0;
    try {
      await this.#launch();
    } catch (error) {
      this.#fail(sentenceOf(error));
      throw error;
    }
  }

  async #launch(): Promise<void> {
    rotate(this.settings.logFile);
    const run = await launch(this.definition, this.settings);
    this.#become({ kind: 'active', run });
    this.#say(`started as process ${run.pid} in ${run.directory}`);
    void run.ended.then((exit) => this.#onEnded(run, exit));
  }

  async #stop(): Promise<void> {
    if (this.state.kind === 'waiting') clearTimeout(this.state.timer);
    if (this.state.kind === 'active') {
      const { run } = this.state;
      this.#become({ kind: 'stopping', run });
      await run.end(this.definition);
      this.lastExit = await run.ended;
      this.#say(`stopped (${wordsOf(this.lastExit)})`);
    }
    if (this.state.kind !== 'failed') this.#become({ kind: 'inactive' });
  }

  #onEnded(run: UnitRun, exit: UnitExit): void {
    if (this.state.kind !== 'active' || this.state.run !== run) return; // it was stopped
    this.lastExit = exit;
    if (Date.now() - run.startedAt.getTime() >= STEADY_MS) this.#failures = 0;
    if (this.definition.restart === 'always' || !isClean(exit))
      return this.#retry(`its main process ended with ${wordsOf(exit)}`);
    this.#say(`ended by itself with ${wordsOf(exit)}`);
    this.#become({ kind: 'inactive' });
  }

  #retry(reason: string): void {
    const delay = RETRY_DELAYS_MS[this.#failures++];
    if (delay === undefined) return this.#fail(`${reason}, ${this.#failures} times in a row`);
    this.#say(`${reason}; it is started again in ${delay} ms`);
    const timer = setTimeout(() => void this.#next(() => this.#startAgain(timer)), delay);
    this.#become({ kind: 'waiting', timer });
  }

  async #startAgain(timer: NodeJS.Timeout): Promise<void> {
    if (this.state.kind !== 'waiting' || this.state.timer !== timer) return;
    this.restarts += 1;
    await this.#launch().catch((error: unknown) => this.#retry(sentenceOf(error)));
  }

  #fail(reason: string): void {
    this.#become({ kind: 'failed', reason });
    this.#say(`failed: ${reason}; not started again until \`systemctl restart ${this.definition.name}\``);
  }
}

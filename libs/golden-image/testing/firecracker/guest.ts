import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { GUEST_SAYS, WAKE_WORD } from '../../src/guest-contract';

/** What of a guest is in a snapshot: the state of its random number generator, and that it waits. */
export interface GuestMemory {
  readonly pool?: string;
}

/** What the agent's disk of a test holds, as JSON: how its agent behaves. */
export interface TestAgent {
  readonly version: string;
  readonly digest: string;
  /** Status that `/health` answers; `ready` unless told otherwise. */
  readonly status?: string;
  /** The agent ends with this code instead of listening. */
  readonly exits?: number;
}

/**
 * The guest, played by this process: it says and does what our init and an agent do, as far as anyone outside can see.
 */
export class Guest {
  private pool = '';
  private agent: TestAgent | undefined;
  private paused = false;
  private mapped: { readonly file: string; readonly seen: string } | undefined;
  private readonly waiting: string[] = [];

  constructor(private readonly end: (code: number) => never) {
    createInterface({ input: process.stdin }).on('line', (line) => {
      this.waiting.push(line);
      this.read();
    });
  }

  boot({ initrd, disks }: { readonly initrd: boolean; readonly disks: readonly string[] }): void {
    this.say('[    0.000000] Linux version (played by a stand-in)');
    if (!initrd) {
      this.say(
        `[    0.100000] ${GUEST_SAYS.kernelPanic} - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)`,
      );
      this.end(0);
    }
    this.say(GUEST_SAYS.init);
    this.agent = agentOn(disks);
    if (!this.agent) {
      this.say(GUEST_SAYS.agentMountFailed);
      this.end(0);
    }
    this.pool = randomBytes(32).toString('hex');
    this.say(GUEST_SAYS.waiting);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.read();
  }

  reboot(): void {
    this.end(0);
  }

  memory(): GuestMemory & { agent?: TestAgent } {
    return { pool: this.pool, ...(this.agent ? { agent: this.agent } : {}) };
  }

  /** From here on the memory file is mapped: it may not change while this process lives. */
  restore(memory: GuestMemory & { agent?: TestAgent }, file: string): void {
    this.pool = memory.pool ?? '';
    this.agent = memory.agent;
    this.paused = true;
    this.mapped = { file, seen: stampOf(file) };
  }

  /** A guest that reads memory which was changed under it does anything at all; this one ends at once. */
  private touchMemory(): void {
    if (!this.mapped || stampOf(this.mapped.file) === this.mapped.seen) return;
    process.stderr.write('the memory file was changed while a clone used it\n');
    this.end(148);
  }

  private read(): void {
    if (this.paused || !this.agent) return;
    this.touchMemory();
    for (let line = this.waiting.shift(); line !== undefined; line = this.waiting.shift()) this.wake(line, this.agent);
  }

  private wake(line: string, agent: TestAgent): void {
    const [word, ...facts] = line.trim().split(' ');
    if (word !== WAKE_WORD) return;
    const given = new Map(facts.map((fact) => fact.split('=', 2) as [string, string]));
    // What a reseed does: two guests with one pool differ as soon as their seeds do.
    this.pool = createHash('sha256')
      .update(this.pool)
      .update(given.get('seed') ?? '')
      .digest('hex');
    this.say(GUEST_SAYS.agentStart);
    if (given.get('probe') === '1') this.say(`${GUEST_SAYS.probe} random=${this.pool} now=${given.get('now') ?? ''}`);
    if (agent.exits !== undefined) {
      this.say(`${GUEST_SAYS.agentExit} rc=${agent.exits}`);
      this.end(0);
    }
    const { status = 'ready', version, digest } = agent;
    const answer = JSON.stringify({ status, version, digest, image: given.get('image') });
    createServer((_request, response) => {
      this.touchMemory();
      response.writeHead(status === 'ready' ? 200 : 503, { 'content-type': 'application/json' }).end(answer);
    }).listen(3000, given.get('address')?.split('/')[0]);
  }

  private say(line: string): void {
    process.stdout.write(`${line}\r\n`);
  }
}

function agentOn(disks: readonly string[]): TestAgent | undefined {
  for (const disk of disks) {
    const text = readFileSync(disk, 'utf8');
    if (text.startsWith('{')) return JSON.parse(text) as TestAgent;
  }
  return undefined;
}

const stampOf = (file: string): string => {
  try {
    const { ino, size, mtimeMs } = statSync(file);
    return [ino, size, mtimeMs].join(' ');
  } catch {
    return 'gone';
  }
};

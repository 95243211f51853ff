import { randomInt } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ImagesLayout } from '../layout';
import { identitySchema, isRunning, ownIdentity, type ProcessIdentity } from './process-identity';

/** Who wants a number. */
export interface Claimant {
  /** Id of the VM; no other VM has ever had it. */
  readonly vm: string;
  /** Whether another VM with this id still runs, or is being started. */
  readonly lives: (vm: string) => Promise<boolean>;
  /** Whether nothing else of this machine has a number. */
  readonly usable: (number: number) => Promise<boolean>;
}

/**
 * Takes the first number that no living VM has: a place on the bridge, or a port. Returns undefined where each is
 * taken.
 *
 * A claim is a file named for number and VM. Who wants a number writes its own file first and looks at the others
 * afterwards, and steps back where a living one is there: of two at the same time at least one sees the other, so both
 * may step back but never both go on. No file is ever taken over, only removed when its VM is gone, so that nobody can
 * remove a claim that is newer than what it read.
 */
export async function claimNumber(
  layout: ImagesLayout,
  numbers: readonly number[],
  claimant: Claimant,
): Promise<number | undefined> {
  await mkdir(layout.claims, { recursive: true });
  for (let rounds = 0; rounds < ROUNDS; rounds++) {
    let steppedBack = false;
    for (const number of numbers) {
      const outcome = await claimOne(layout, number, claimant);
      if (outcome === 'mine') return number;
      steppedBack ||= outcome === 'stepped back';
    }
    if (!steppedBack) return undefined;
    await sleep(randomInt(PAUSE_MS));
  }
  return undefined;
}

/** Starters that got in each other's way meet again less likely with each round. */
const ROUNDS = 50;
const PAUSE_MS = 20;

async function claimOne(
  layout: ImagesLayout,
  number: number,
  claimant: Claimant,
): Promise<'mine' | 'taken' | 'stepped back'> {
  if ((await livingClaims(layout, number, claimant)) || !(await claimant.usable(number))) return 'taken';
  const file = join(layout.claims, `${number}-${claimant.vm}`);
  await writeClaim(file, ownIdentity());
  if (!(await livingClaims(layout, number, claimant))) return 'mine';
  await rm(file, { force: true });
  return 'stepped back';
}

/** Gives back what a VM has claimed; nothing is no error. */
export async function releaseClaims(layout: ImagesLayout, vm: string): Promise<void> {
  const files = await readdir(layout.claims).catch(() => []);
  await Promise.all(
    files.filter((file) => vmOf(file) === vm).map((file) => rm(join(layout.claims, file), { force: true })),
  );
}

/** Whether another VM that lives has the number; claims of those that do not are removed. */
async function livingClaims(layout: ImagesLayout, number: number, { vm, lives }: Claimant): Promise<boolean> {
  const files = await readdir(layout.claims);
  for (const file of files) {
    const other = vmOf(file);
    if (!file.startsWith(`${number}-`) || other === undefined || other === vm) continue;
    const path = join(layout.claims, file);
    const claimed = await readClaim(path);
    if (claimed && (isRunning(claimed) || (await lives(other)))) return true;
    await rm(path, { force: true });
  }
  return false;
}

/** A claim is there as a whole or not at all. */
async function writeClaim(file: string, identity: ProcessIdentity): Promise<void> {
  const draft = join(dirname(file), `.${identity.pid}-${vmOf(file) ?? ''}`);
  await writeFile(draft, JSON.stringify(identity));
  await rename(draft, file);
}

/** Undefined where it was given back in the meantime, or a disk broke it. */
async function readClaim(path: string): Promise<ProcessIdentity | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return identitySchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const vmOf = (file: string): string | undefined => /(?:^|\/)\d+-([^/]+)$/.exec(file)?.[1];

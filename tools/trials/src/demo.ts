import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readArtifact } from '@polydev/artifact';
import { demoTreeDigest } from './demo-tree';

/** Ways in which an edition of the demo service can be broken; the number that some take is in seconds. */
export type DemoFault =
  /** Ends with exit code 1 at once. */
  | 'wont-start'
  | 'dies-after-1s'
  /** Listens and never answers. */
  | 'hangs'
  /** Ends with EADDRINUSE. */
  | 'port-taken'
  /** Runs and says that it is ready, on another port than it was told. */
  | 'listens-elsewhere'
  /** 500 on the health check's path, and nowhere else. */
  | 'never-healthy'
  /** Healthy, but says that it is another release. */
  | 'wrong-release'
  | { readonly kind: 'later-500' | 'later-crash' | 'slow-start'; readonly seconds: number };

/** An edition of the demo service, built into a folder of its own. */
export interface Demo {
  readonly version: string;
  readonly directory: string;
  /** SHA-256 of its tree as the service itself says it, in `x-demo-digest` and on `/digest`. */
  readonly digest: string;
  /** Digest of the folder as an artifact, as a deploy records it. */
  readonly artifactDigest: string;
  readonly remove: () => Promise<void>;
}

export interface DemoOptions {
  readonly fault?: DemoFault;
  /** Further files, path → text: for instance many, for a deploy that takes a while. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Builds an edition of the demo service. The same arguments give the same digests. */
export const makeDemo = async (version: string, { fault, files = {} }: DemoOptions = {}): Promise<Demo> => {
  const directory = await mkdtemp(join(tmpdir(), 'demo-'));
  await cp(join(__dirname, '../demo'), directory, { recursive: true });
  const own = {
    VERSION: `${version}\n`,
    'content.txt': `Words of version ${version}.\n`,
    ...(fault === undefined ? {} : { FAULT: `${faultText(fault)}\n` }),
  };
  for (const [path, text] of Object.entries({ ...own, ...files })) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  return {
    version,
    directory,
    digest: demoTreeDigest(directory),
    artifactDigest: (await readArtifact(directory)).digest,
    remove: () => rm(directory, { recursive: true, force: true }),
  };
};

/** Name of a fault and what it takes, as in the file `FAULT`. */
export const faultText = (fault: DemoFault): string =>
  typeof fault === 'string' ? fault : `${fault.kind} ${fault.seconds}`;

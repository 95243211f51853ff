import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayerName } from '@polydev/contract';
import { imagesLayout } from '../layout';
import { FileHashes } from './file-hashes';
import { flushed, sha256Of } from './files';
import { readIndex, writeIndex, type KnownPackage, type LayerIndex } from './layer-index';
import { tellingFullDisk } from './run-program';

export interface StoredLayer {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly path: string;
}

/**
 * Layers by content, `<root>/layers/<kind>-<sha256>`, and what they were made from: a key of all that goes into a layer leads
 * to its hash. A layer is whole or not there: it is written elsewhere, flushed, and moved in. What an index of a dead builder
 * does not know of is built again. One builder at a time is the caller's to see to; two do no harm, only work twice.
 */
export class LayerStore {
  private readonly hashes: FileHashes;

  private constructor(
    private readonly root: string,
    private index: LayerIndex,
  ) {
    this.hashes = new FileHashes(index.files);
  }

  /** Opens the store of `<root>`, and makes it where there is none. */
  static async open(root: string): Promise<LayerStore> {
    const { layers, work } = imagesLayout(root);
    await tellingFullDisk({ directory: root, doing: 'opening the store of layers' }, async () => {
      await mkdir(layers, { recursive: true });
      await mkdir(work, { recursive: true });
    });
    return new LayerStore(root, await readIndex(layers));
  }

  get directory(): string {
    return imagesLayout(this.root).layers;
  }

  get kernelPackage(): KnownPackage | undefined {
    return this.index.kernelPackage;
  }

  packagePath({ file }: KnownPackage): string {
    return join(this.directory, file);
  }

  /** Whether the package is there, with the bytes it was stored with. */
  async hasPackage(known: KnownPackage): Promise<boolean> {
    const path = this.packagePath(known);
    return existsSync(path) && (await this.hashes.of(path, true)) === known.sha256;
  }

  async rememberPackage(known: KnownPackage): Promise<void> {
    this.index = { ...this.index, kernelPackage: known };
    await this.hashes.know(this.packagePath(known), known.sha256);
    await this.save();
  }

  /**
   * The layer made from these inputs, if it is there and whole. Its bytes are hashed where its size or time are not those
   * of when it was stored, or `thorough` says so; one that is damaged is removed.
   */
  async find(kind: LayerName, key: string, thorough = false): Promise<StoredLayer | undefined> {
    const sha256 = this.index.layers[`${kind} ${key}`];
    if (sha256 === undefined) return undefined;
    const path = this.pathOf(kind, sha256);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return undefined;
    if ((await this.hashes.of(path, thorough)) === sha256) return { sha256, size: found.size, path };
    this.hashes.forget(path);
    await rm(path, { force: true });
    return undefined;
  }

  /** Moves a finished file in; it must lie in a {@link workspace}, which is on the same file system. */
  async add(request: { readonly kind: LayerName; readonly key: string; readonly file: string }): Promise<StoredLayer> {
    const { kind, key, file } = request;
    return tellingFullDisk({ directory: this.root, doing: `storing the ${kind} layer` }, async () => {
      const sha256 = await sha256Of(file);
      const path = this.pathOf(kind, sha256);
      await chmod(file, 0o444);
      await flushed(file);
      await rename(file, path);
      await flushed(this.directory);
      this.index = { ...this.index, layers: { ...this.index.layers, [`${kind} ${key}`]: sha256 } };
      const size = await this.hashes.know(path, sha256);
      await this.save();
      return { sha256, size, path };
    });
  }

  /** SHA-256 of a file of this machine that goes into a layer. */
  hashOf(path: string): Promise<string> {
    return this.hashes.of(path);
  }

  /** Gives `work` a fresh directory to build in, and removes it afterwards, however that ended. */
  async workspace<T>(work: (directory: string) => Promise<T>): Promise<T> {
    const doing = 'making room to build a layer';
    const directory = await tellingFullDisk({ directory: this.root, doing }, () =>
      mkdtemp(join(imagesLayout(this.root).work, 'layers-')),
    );
    try {
      return await work(directory);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  /** Writes the index, where there is something new in it. */
  async save(): Promise<void> {
    await tellingFullDisk({ directory: this.root, doing: 'writing the index of layers' }, async () => {
      const index = { ...this.index, files: this.hashes.facts() };
      const draft = join(imagesLayout(this.root).work, `index-${randomUUID()}.json`);
      this.index = await writeIndex(this.directory, { index, draft });
    });
  }

  private pathOf(kind: LayerName, sha256: string): string {
    return join(this.directory, `${kind}-${sha256}`);
  }
}

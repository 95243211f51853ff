import { execa } from 'execa';

/** Program → version, of what builds layers. */
export type BuilderVersions = Readonly<Record<string, string>>;

/**
 * The version of mkfs.erofs, as it prints it; `unknown` where it does not. Before 1.6 it knows no option that asks for it, and says
 * it before it complains.
 */
export const erofsVersion = async (program: string): Promise<string> => {
  const { stdout, stderr } = await execa(program, ['-V'], { reject: false, env: { LC_ALL: 'C' } });
  return /mkfs\.erofs(?: \(erofs-utils\))? v?(\d[\w.-]*)/.exec(`${stdout}\n${stderr}`)?.[1] ?? 'unknown';
};

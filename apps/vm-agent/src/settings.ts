import type { ImageIdentity } from '@polydev/contract';

/** Where the agent listens, and what it was told of the image that it runs in. */
export interface Settings {
  /** All addresses unless told otherwise: it is asked from outside its VM. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly image: Readonly<Partial<ImageIdentity>>;
}

/**
 * Returns the settings in `HOST` and `PORT`, and the image's in `IMAGE_ID`, `AGENT_VERSION` and `AGENT_DIGEST`, which a golden
 * image sets; or a sentence that says what is wrong with them.
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings | string {
  const port = env['PORT'] || '3000';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    return `PORT is ${JSON.stringify(port)}; it must be 0 to 65535.`;
  return { host: env['HOST'] || '0.0.0.0', port: Number(port), image: readImage(env) };
}

function readImage(env: NodeJS.ProcessEnv): Partial<ImageIdentity> {
  const { IMAGE_ID: image, AGENT_VERSION: version, AGENT_DIGEST: digest } = env;
  return { ...(image && { image }), ...(version && { version }), ...(digest && { digest }) };
}

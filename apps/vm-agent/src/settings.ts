/** Where the agent listens. */
export interface Settings {
  /** All addresses unless told otherwise: it is asked from outside its VM. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** Returns the settings in `HOST` and `PORT`, or a sentence that says what is wrong with them. */
export function readSettings(env: NodeJS.ProcessEnv): Settings | string {
  const port = env['PORT'] || '3000';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    return `PORT is ${JSON.stringify(port)}; it must be 0 to 65535.`;
  return { host: env['HOST'] || '0.0.0.0', port: Number(port) };
}

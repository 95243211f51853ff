import { type Env, takeIdentity } from '@polydev/secrets';

/** Where this process looks for an identity to decrypt with; no program that it starts is told of it. */
export const identityEnvironment = (): Env => takeIdentity(process.env);

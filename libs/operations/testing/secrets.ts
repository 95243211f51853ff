import type { EnvironmentSecrets } from '@polydev/manifest';
import { environmentFileText, SecretValues } from '@polydev/secrets';

/** An environment's encrypted values as if they had just been decrypted; `setAt` is when all of them were set. */
export const decrypted = (
  values: Readonly<Record<string, string>>,
  setAt = '2026-11-24T08:00:00Z',
): EnvironmentSecrets => {
  const all = new SecretValues(Object.entries(values));
  return {
    names: all.names.map((name) => ({ name, setAt })),
    values: {
      redact: (text) => all.redact(text),
      fileOf: (names) => environmentFileText(all.only(names)),
    },
  };
};

export type { Change } from './changes';
export { environmentFileText, readEnvironmentFile } from './environment-file';
export { secretsFile, type SecretsFile } from './file';
export type { Head, Recipient, SecretName } from './head';
export { defaultIdentityFile, type Env } from './identity/find-identities';
export { takeIdentity } from './identity/take-identity';
export { newIdentity, type NewIdentity } from './identity/new-identity';
export type { Place } from './open-file';
export type { RecipientChanges } from './recipients';
export { SecretValues } from './secret-values';
export {
  changeSecrets,
  createSecrets,
  hasSecrets,
  listNames,
  readSecrets,
  requireIdentity,
  rotateRecipients,
  type NewSecrets,
  type SecretsPlace,
} from './secrets';

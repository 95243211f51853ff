import { hostKeyChanged, hostKeyRevoked, hostKeyUnknown, type OpsError } from '@polydev/errors';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { type ClientConfig, defaultKnownHosts } from './client-config';
import { fingerprint, keyType, type KnownKey, lookupName, readKnownKeys } from './known-hosts';

/** What ssh2 can check, in its own order of preference, with the key type that each goes with. */
const ALGORITHMS: readonly (readonly [ServerHostKeyAlgorithm, string])[] = [
  ['ssh-ed25519', 'ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256'],
  ['ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp384'],
  ['ecdsa-sha2-nistp521', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'ssh-rsa'],
  ['rsa-sha2-256', 'ssh-rsa'],
  ['ssh-rsa', 'ssh-rsa'],
];

interface Subject {
  readonly host: string;
  readonly address: string;
  readonly config: ClientConfig;
}

/** Decides for one host whether the key it shows is the one we know; strict, whatever ssh_config says. */
export class HostKeyCheck {
  /** Why the key was refused, once it was. */
  refusal: OpsError | undefined;

  private constructor(
    private readonly subject: Subject,
    private readonly lookup: string,
    private readonly keys: {
      readonly known: readonly KnownKey[];
      /** Of the same host at port 22: a match is good enough, a difference says nothing (OpenSSH does the same). */
      readonly withoutPort: readonly KnownKey[];
    },
  ) {}

  static async prepare(subject: Subject): Promise<HostKeyCheck> {
    const { hostName, port, hostKeyAlias, knownHostsFiles } = subject.config;
    const lookup = hostKeyAlias?.toLowerCase() ?? lookupName(hostName, port);
    const known = await readKnownKeys(knownHostsFiles, lookup);
    const bare = known.length === 0 && !hostKeyAlias && port !== 22;
    const withoutPort = bare ? await readKnownKeys(knownHostsFiles, lookupName(hostName, 22)) : [];
    return new HostKeyCheck(subject, lookup, { known, withoutPort });
  }

  /** Types that we know of the host come first, so that a host with several keys shows one of those. */
  algorithms(): ServerHostKeyAlgorithm[] {
    const types = new Set(this.plain.map(({ type }) => type));
    const isKnown = ([, type]: readonly [string, string]) => types.has(type);
    return [...ALGORITHMS.filter(isKnown), ...ALGORITHMS.filter((entry) => !isKnown(entry))].map(
      ([algorithm]) => algorithm,
    );
  }

  /** Name under which the host's keys are listed. */
  get name(): string {
    return this.lookup;
  }

  /** Keys that are known of the host, and not revoked. */
  get plain(): readonly KnownKey[] {
    return this.#all().filter(({ marker }) => marker === 'none');
  }

  /** Whether the key may be trusted; if not, {@link refusal} says why. */
  accepts(blob: Buffer): boolean {
    const same = this.#all().filter((key) => key.blob.equals(blob));
    const revoked = same.find(({ marker }) => marker === 'revoked');
    if (revoked) this.refusal = hostKeyRevoked({ ...this.#facts(blob), place: revoked.place });
    else if (!same.some(({ marker }) => marker === 'none')) this.refusal = this.#unknownOrChanged(blob);
    return this.refusal === undefined;
  }

  #all(): readonly KnownKey[] {
    return [...this.keys.known, ...this.keys.withoutPort];
  }

  #facts(blob: Buffer) {
    const { host, address } = this.subject;
    return { host, address, key: { type: keyType(blob), fingerprint: fingerprint(blob) } };
  }

  #unknownOrChanged(blob: Buffer): OpsError {
    const files = this.subject.config.knownHostsFiles;
    const file = files[0] ?? defaultKnownHosts();
    const facts = { ...this.#facts(blob), file };
    const plain = this.keys.known.filter(({ marker }) => marker === 'none');
    if (plain.length > 0) {
      const known = plain.map(({ type, blob: key, place }) => ({ type, fingerprint: fingerprint(key), place }));
      return hostKeyChanged({ ...facts, known, lookup: this.lookup });
    }
    const line = `${this.lookup} ${facts.key.type} ${blob.toString('base64')}`;
    const authority = this.keys.known.find(({ marker }) => marker === 'cert-authority');
    const note =
      authority && `${authority.place} names a certificate authority for it, and certificates are not read here`;
    return hostKeyUnknown({ ...facts, line, files, ...(note !== undefined && { note }) });
  }
}

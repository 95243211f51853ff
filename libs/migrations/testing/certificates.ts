import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/** A certificate authority of a test's own. */
export interface Authority {
  /** Its certificate, as `sslrootcert` names it. */
  readonly caFile: string;
  /** Signs a certificate for `DNS:…` and `IP:…` names. */
  readonly issue: (names: readonly string[]) => Promise<{ readonly certificate: string; readonly key: string }>;
}

const openssl = (cwd: string, args: readonly string[]) => execa('openssl', args, { cwd, stdin: 'ignore' });

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes an authority with its files in `directory`. */
export const makeAuthority = async (directory: string, name = 'ca'): Promise<Authority> => {
  const [key, caFile] = [join(directory, `${name}.key`), join(directory, `${name}.pem`)];
  await openssl(directory, [
    ...['req', '-x509', ...NEW_KEY, '-keyout', key, '-out', caFile, '-days', '2', '-subj', `/CN=Test ${name}`],
    ...['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'],
  ]);
  let issued = 0;
  return {
    caFile,
    issue: async (names) => {
      issued += 1;
      const path = (ending: string) => join(directory, `${name}-${issued}.${ending}`);
      writeFileSync(path('ext'), `subjectAltName=${names.join(',')}\nextendedKeyUsage=serverAuth\n`);
      await openssl(directory, [
        ...['req', ...NEW_KEY, '-keyout', path('key'), '-out', path('csr'), '-subj', '/CN=test server'],
      ]);
      await openssl(directory, [
        ...['x509', '-req', '-in', path('csr'), '-CA', caFile, '-CAkey', key, '-CAcreateserial'],
        ...['-days', '2', '-extfile', path('ext'), '-out', path('crt')],
      ]);
      return { certificate: path('crt'), key: path('key') };
    },
  };
};

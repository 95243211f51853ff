import { signList, verifyList, type SignedRelease } from '..';
import { keyRing, signersOf } from '../../testing/keys';
import { sign } from '../signing/keygen';

const ring = keyRing();
const deployer = ring.make('deployer');
const writer = ring.make('writer');
const signers = signersOf(['deployer@example.org', deployer]);
afterAll(() => ring.remove());

const release: SignedRelease = {
  target: 'api',
  environment: 'production',
  sha: 'a'.repeat(40),
  digest: 'd'.repeat(64),
};
const verify = (signature: string | undefined, changed: Partial<SignedRelease> = {}) =>
  verifyList({ release: { ...release, ...changed }, id: '20261127-aaaaaaa', host: 'web-1', signature, signers });

it('names who signed a release', async () => {
  expect(await verify(await signList(release, deployer))).toMatchObject({ names: ['deployer@example.org'] });
});

it('starts nothing that is not signed', async () => {
  for (const nothing of [undefined, ''])
    await expect(verify(nothing)).rejects.toMatchObject({
      code: 'RELEASE_UNSIGNED',
      message: expect.stringContaining('release 20261127-aaaaaaa of api on web-1 is not signed'),
    });
});

it.each([
  ['another content', { digest: 'e'.repeat(64) }],
  ['another target', { target: 'web' }],
  ['another environment', { environment: 'sandbox' }],
  ['another commit', { sha: 'b'.repeat(40) }],
])('does not start %s under a signature', async (_, changed) => {
  const signature = await signList(release, deployer);
  await expect(verify(signature, changed)).rejects.toMatchObject({
    code: 'RELEASE_SIGNATURE_REFUSED',
    message: expect.stringMatching(/does not hold .* It was not started\.$/),
  });
});

it('does not start what somebody signed who may write and not sign', async () => {
  await expect(verify(await signList(release, writer))).rejects.toMatchObject({
    code: 'RELEASE_SIGNATURE_REFUSED',
    message: expect.stringContaining('is by an unknown key (SHA256:'),
  });
});

it('takes no signature that was made for something else', async () => {
  await expect(verify(await sign('anything', 'audit@polydev', deployer))).rejects.toMatchObject({
    message: expect.stringContaining('is for another purpose (audit@polydev)'),
  });
  await expect(verify('-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n')).rejects.toMatchObject({
    message: expect.stringContaining('is none of ssh-keygen'),
  });
});

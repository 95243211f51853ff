import { realHostsText } from './real-hosts';

test('real hosts are shown with the line to enter each and an environment to paste', () => {
  const ssh = { user: 'root', identityFile: '/k/client key', knownHostsFile: '/k/known_hosts' } as const;
  const text = realHostsText([{ name: 'real-1', ssh, forward: { host: '127.0.0.1', port: 4022 } }]);

  expect(text).toContain(
    "ssh -i '/k/client key' -o UserKnownHostsFile=/k/known_hosts -o IdentitiesOnly=yes -p 4022 root@127.0.0.1",
  );
  expect(text).toContain(`environments:
  real:
    hosts:
      - name: real-1
        address: 127.0.0.1
        port: 4022
        user: root
        identity_file: "/k/client key"
        known_hosts: "/k/known_hosts"
`);
});

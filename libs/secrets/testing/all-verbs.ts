import { argv, env, exit, stdin } from 'node:process';
import { text } from 'node:stream/consumers';
import { changeSecrets, createSecrets, listNames, newIdentity, readSecrets, rotateRecipients } from '../src';

/** Everything that can be done with encrypted values, as a command would do it: the value comes by standard input. */
const all = async (root: string): Promise<void> => {
  const value = await text(stdin);
  const now = new Date();
  const place = { root, environment: 'production', env };
  const own = await newIdentity({ env });
  const other = await newIdentity({ env, file: `${own.file}-2` });
  await createSecrets(place, { recipients: [{ key: own.recipient, label: 'own' }], now });
  await changeSecrets(place, [{ kind: 'add', name: 'TOKEN', value }], now);
  await changeSecrets(place, [{ kind: 'edit', name: 'TOKEN', value: `${value}${value}` }], now);
  await rotateRecipients(place, { add: [{ key: other.recipient, label: 'other' }], remove: ['own'] });
  const { values } = await readSecrets({ ...place, env: { ...env, AGE_IDENTITY_FILE: other.file } });
  if (values.reveal('TOKEN') !== value + value) throw new Error('It was not read back.');
  const refused = await readSecrets(place).catch((error: unknown) => error);
  console.log(JSON.stringify({ values, head: listNames(place) }), values);
  console.error(refused);
};

all(argv[2] ?? '').catch((error: unknown) => {
  console.error(error);
  exit(1);
});

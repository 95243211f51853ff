import { secretEditorRefused, secretUnknown } from '@polydev/errors';
import { readSecrets, type SecretsPlace } from '@polydev/secrets';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutLastLineEnd } from './ask-value';
import { directoryInMemory } from './in-memory';

/**
 * A value as a person left it in `$VISUAL` or `$EDITOR`. The editor gets it in a file of a directory of its own, in
 * memory and for this account alone; both are gone afterwards, with whatever the editor kept beside it.
 * Throws SECRET_EDITOR_REFUSED, SECRET_UNKNOWN, and what reading throws.
 */
export const editedValue = async (place: SecretsPlace, name: string): Promise<string> => {
  const { environment, env } = place;
  const refused = (reason: string) => secretEditorRefused({ environment, name, reason });
  const editor = env['VISUAL'] || env['EDITOR'];
  if (!editor) throw refused('neither VISUAL nor EDITOR says which one');
  const memory = directoryInMemory(env);
  if (memory === undefined)
    throw refused('this machine has no file system in memory, and a disk may keep what is deleted');
  const { values } = await readSecrets(place);
  const before = values.reveal(name);
  if (before === undefined) throw secretUnknown({ environment, name, names: values.names });
  const directory = mkdtempSync(join(memory, 'polydev-'));
  const forget = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', forget);
  // A terminal that is closed ends this process too.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
  try {
    const file = join(directory, name);
    writeFileSync(file, `${before}\n`, { mode: 0o600, flag: 'wx' });
    if (!(await edits(editor, file))) throw refused('the editor did not end well');
    return withoutLastLineEnd(readFileSync(file, 'utf8'));
  } finally {
    forget();
  }
};

/** The editor may be a command with options of its own, as git takes it too. Ctrl-C is the editor's. */
const edits = async (editor: string, file: string): Promise<boolean> => {
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  try {
    const child = spawn('sh', ['-c', `${editor} "$@"`, editor, file], { stdio: 'inherit' });
    const [code] = (await once(child, 'exit')) as [number | null];
    return code === 0;
  } finally {
    process.off('SIGINT', ignore);
  }
};

import { workspaceRoot } from '@nx/devkit';
import { optionInvalid } from '@polydev/errors';
import { chooseEnvironment, readManifest } from '@polydev/manifest';
import { createReporter } from '@polydev/reporting';
import { identityEnvironment } from '../secrets/identity';
import { SECRET_VERBS, type SecretVerb, type VerbOptions } from '../secrets/verbs';
import { openDoor, parseDoor, reportOfDoor } from './door';

const HELP = `Encrypted environment variables, one file an environment: .env.<environment>.age, which is committed.

  npm run secrets -- new-identity                          a key pair of your own; prints the public key
  npm run secrets -- create --recipient='age1… Ada'        the file, for those who may read it
  npm run secrets -- list                                  names, when each was set, and who can read them
  npm run secrets -- add NAME                              asks for the value, or takes it from standard input
  npm run secrets -- edit NAME                             the same for one that is there
  npm run secrets -- edit NAME --editor                    in $EDITOR, from memory
  npm run secrets -- remove NAME
  npm run secrets -- rotate --add='age1… Bob' --remove=Ada other readers, and everything encrypted anew

  -c, --configuration     the environment: sandbox (default), production, …
  --file <path>           where new-identity keeps the secret key

A value is never part of a command. docs/secrets.md has the whole story.
`;

const print = (text: string): void => console.log(text);

/** `secrets <verb> [NAME]`: the encrypted values of an environment. Prints names, never a value. */
const secrets = async (): Promise<void> => {
  const { values, positionals } = parseDoor('secrets', {
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      configuration: { type: 'string', short: 'c' },
      recipient: { type: 'string', multiple: true },
      add: { type: 'string', multiple: true },
      remove: { type: 'string', multiple: true },
      file: { type: 'string' },
      editor: { type: 'boolean' },
    },
  });
  const { help, configuration, ...options } = values;
  const [verb = '', name, ...others] = positionals;
  if (help || verb === 'help') return print(HELP);
  const refused = problemsOf({ verb, name, others, options });
  if (refused.length > 0 || !isVerb(verb)) {
    throw optionInvalid({
      task: 'secrets',
      problems: refused,
      options: VERBS,
      help: 'npm run secrets -- --help',
    });
  }
  const { inEnvironment, run } = SECRET_VERBS[verb];
  const environment = inEnvironment ? environmentOf(configuration) : '';
  const place = { root: workspaceRoot, environment, env: identityEnvironment() };
  const report = reportOfDoor(createReporter({ result: print, progress: print }));
  await run({ place, name: name ?? '', options, report });
};

const environmentOf = (configuration: string | undefined): string =>
  chooseEnvironment(readManifest(workspaceRoot), { configuration, env: process.env });

const VERBS = Object.keys(SECRET_VERBS);
const isVerb = (verb: string): verb is SecretVerb => Object.hasOwn(SECRET_VERBS, verb);

interface Typed {
  readonly verb: string;
  readonly name: string | undefined;
  readonly others: readonly string[];
  readonly options: VerbOptions;
}

/** What was typed beyond a name is not repeated: it may be a value. */
const problemsOf = ({ verb, name, others, options }: Typed): readonly string[] => {
  if (!isVerb(verb)) return [verb === '' ? 'a verb is missing' : 'its first word is no verb of its own'];
  const { takesName, takes } = SECRET_VERBS[verb];
  const foreign = Object.keys(options).filter((option) => !takes.some((one) => one === option));
  return [
    ...(takesName && name === undefined ? [`${verb}: the name of a variable is missing`] : []),
    ...(!takesName && name !== undefined ? [`${verb}: it takes no name`] : []),
    ...(others.length > 0 ? [`${verb}: one name is enough; a value is asked for, or comes from standard input`] : []),
    ...foreign.map((option) => `--${option}: is not for ${verb}`),
  ];
};

void openDoor(secrets);

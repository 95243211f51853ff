import type { ExecutorContext } from '@nx/devkit';
import { hostKeysNotTrusted } from '@polydev/errors';
import { askHostKey, onEach } from '@polydev/host';
import { DEFAULT_KNOWN_HOSTS, type EnvironmentConfig } from '@polydev/manifest';
import { join, relative } from 'node:path';
import { addHostKeys, type PlacedKey } from '../../access/known-hosts-file';
import { environmentOf, givenTo } from '../environment';
import { parseOptions } from '../options';
import { reportingErrors, type TaskResult, type TaskTools } from '../reporting-errors';
import type { TrustOptions } from './schema';
import { keysTable, wayOf } from './show-keys';

const OPTIONS = { target: 'inferred', manifest: 'inferred', yes: 'flag', replace: 'flag', json: 'flag' } as const;

/** `nx run <project>:trust`: shows the key of every host of an environment, and adds it to the known_hosts file when told to. */
export default function trustExecutor(given: TrustOptions, context: ExecutorContext): Promise<TaskResult> {
  return reportingErrors(given, async (tools) => {
    const request = givenTo(context, given);
    const { yes = false, replace = false, json = false, ...options } = parseOptions(OPTIONS, request);
    const environment = environmentOf(context, options);
    const keys = await askAll(environment, context.root, tools);
    if (json) tools.report({ kind: 'result', value: keys });
    else tools.report(keysTable(keys));
    const wanted = keys.filter(({ state }) =>
      state === 'changed' ? replace : state === 'unknown' && (yes || replace),
    );
    const added = await addHostKeys(wanted);
    const sayOf = (file: string): string => relative(context.root, file) || file;
    for (const { host, file, state } of added) {
      const how = state === 'changed' ? 'in place of another' : 'added';
      tools.report({ kind: 'outcome', ok: true, text: `${host}: its key is in ${sayOf(file)} now, ${how}` });
    }
    const left = keys.filter((key) => key.state !== 'known' && !wanted.includes(key));
    const [first] = left;
    if (first === undefined) return true;
    const command = `npx nx run ${request.task} -c ${environment.name} ${wayOf(left)}`;
    throw hostKeysNotTrusted({ hosts: left.map(({ host }) => host), file: sayOf(first.file), command });
  });
}

/** Hosts that are asked at the same time. */
const PARALLEL = 16;

/** The keys of all hosts, beside what the file they belong to knows; what keeps one from answering is thrown. */
const askAll = async (
  { hosts }: EnvironmentConfig,
  root: string,
  { signal }: TaskTools,
): Promise<readonly PlacedKey[]> => {
  const settled = await onEach(hosts, { limit: PARALLEL }, async (host) => {
    // Keys are pinned in the workspace, unless the manifest names a file.
    const file = host.knownHostsFile ?? join(root, DEFAULT_KNOWN_HOSTS);
    return { ...(await askHostKey({ ...host, knownHostsFile: file, signal })), file };
  });
  const failed = settled.find((one) => !one.ok);
  if (failed) throw failed.error as Error;
  return settled.flatMap((one) => (one.ok ? [one.value] : []));
};

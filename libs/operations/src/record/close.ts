import { deploymentHeadSchema, type DeploymentHead, type DeploymentRecord } from '@polydev/contract';
import { mustRun, type Host } from '@polydev/host';
import { withHosts } from '../connect';
import { settleDatabases } from '../databases/settle-databases';
import { recordLayout } from '../layout';
import type { CloseInput } from '../operations';
import { closeParts } from './close-parts';
import { joinParts } from './join';
import { openWhenFree, PATIENT } from './lock';
import { readOpenDeployments, readRecords, type OpenDeployment } from './parts';
import { takeBackMoved } from './take-back-moved';

/**
 * Closes a deployment: finishes or undoes what its dead tasks left, takes back what a failed one had moved, joins the
 * parts into the record on every host, and closes what earlier runs left open. Closing twice gives the same record.
 */
export const closeDeployment = (input: CloseInput): Promise<DeploymentRecord | undefined> =>
  withHosts(input.environment, input.signal, async (hosts) => {
    const known = await readOpen(hosts, input);
    for (const host of hosts) await closeParts(host, known, input);
    await settleDatabases(hosts, known, input);
    const written = await writtenRecord(hosts, input);
    const found = await readOpen(hosts, input);
    const own = input.head && joined(input.deployment, ofDeployment(found, input.deployment), { input, written });
    const open = own && (await takeBackMoved(hosts, own, input)) ? await readOpen(hosts, input) : found;
    const ids = [...new Set([...open.map(({ id }) => id), ...(input.head && !written ? [input.deployment] : [])])];
    const records: DeploymentRecord[] = [];
    for (const id of ids) {
      const record = joined(id, ofDeployment(open, id), { input });
      if (!record || (record.outcome === 'running' && id !== input.deployment)) continue;
      // A run that was refused before it touched anything is nobody's history.
      if (!wasRefused(record)) await Promise.all(hosts.map((host) => writeRecord(host, input, record)));
      records.push(record);
    }
    return records.find(({ id }) => id === input.deployment) ?? written;
  });

/** Whether no target of a deployment was reached. */
const wasRefused = ({ targets }: DeploymentRecord): boolean =>
  targets.every(({ outcome }) => outcome === 'not-reached');

const readOpen = async (hosts: readonly Host[], { environment }: CloseInput): Promise<readonly OpenDeployment[]> =>
  (await Promise.all(hosts.map((host) => readOpenDeployments(host, environment.stateDir)))).flat();

const ofDeployment = (open: readonly OpenDeployment[], id: string): readonly OpenDeployment[] =>
  open.filter((one) => one.id === id);

const writtenRecord = async (hosts: readonly Host[], { environment, deployment }: CloseInput) => {
  const [host] = hosts;
  const records = host ? await readRecords(host, environment.stateDir, { limit: 50 }) : [];
  return records.find(({ id }) => id === deployment);
};

const joined = (
  id: string,
  found: readonly OpenDeployment[],
  { input, written }: { readonly input: CloseInput; readonly written?: DeploymentRecord | undefined },
): DeploymentRecord | undefined => {
  const head: DeploymentHead | undefined =
    found.flatMap(({ parts }) => parts.map((part) => part.head))[0] ??
    (id === input.deployment ? input.head : undefined);
  const earlier = found.find(({ record }) => record)?.record ?? written;
  const base = head ?? earlier;
  return (
    base &&
    joinParts(
      deploymentHeadSchema.parse(base),
      found.flatMap(({ parts }) => parts),
      { endedAt: new Date().toISOString(), earlier },
    )
  );
};

const writeRecord = async (host: Host, input: CloseInput, record: DeploymentRecord): Promise<void> => {
  const layout = recordLayout(input.environment.stateDir);
  const shell = await openWhenFree(host, {
    target: 'deployment records',
    lockFile: layout.lock,
    head: record,
    tries: PATIENT,
  });
  if (!shell) {
    const text = `The record of ${record.id} could not be written: somebody else is writing records.`;
    return input.report({
      kind: 'warning',
      host: host.name,
      text,
      hint: 'Its parts are kept; the next deployment joins them.',
    });
  }
  try {
    await shell.writeFile(layout.record(record.id), `${JSON.stringify(record, null, 2)}\n`);
    if (record.outcome !== 'running') await mustRun(shell, ['rm', '-rf', '--', layout.parts(record.id)]);
  } finally {
    await shell.release().catch(() => undefined);
  }
};

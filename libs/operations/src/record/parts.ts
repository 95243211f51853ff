import {
  deploymentPartSchema,
  deploymentRecordSchema,
  type DeploymentHead,
  type DeploymentPart,
  type DeploymentRecord,
} from '@polydev/contract';
import { recordTaken } from '@polydev/errors';
import type { Host, HostShell } from '@polydev/host';
import { answerOf } from '../deploy/state';
import { recordLayout } from '../layout';
import { program } from '../programs';
import { withheldPart } from './withheld-part';

/** A deployment whose parts were not joined yet, as found on one host. */
export interface OpenDeployment {
  readonly id: string;
  readonly parts: readonly DeploymentPart[];
  readonly record: DeploymentRecord | undefined;
}

/** Writes one target's part of a deployment to every host that has a shell. */
export const writePart = async (
  shells: readonly HostShell[],
  stateDir: string,
  part: DeploymentPart,
): Promise<void> => {
  const file = recordLayout(stateDir).part(part.head.id, part.part.target);
  await Promise.all(
    shells.map((shell) => {
      const { redact } = shell.host;
      const written = redact ? withheldPart(part, redact) : part;
      return shell.writeFile(file, `${JSON.stringify(written, null, 2)}\n`);
    }),
  );
};

/** Every deployment on a host that is not closed. Damaged parts are passed over: the join says `not-reached`. */
export const readOpenDeployments = async (host: Host, stateDir: string): Promise<readonly OpenDeployment[]> => {
  const raw = await answerOf<readonly { id: string; parts: readonly string[]; record: string | null }[]>(
    host,
    host.exec(program('parts', recordLayout(stateDir).directory)),
  );
  return raw.map(({ id, parts, record }) => ({
    id,
    parts: parts.flatMap((text) => deploymentPartSchema.safeParse(parse(text)).data ?? []),
    record: deploymentRecordSchema.safeParse(parse(record ?? '')).data,
  }));
};

/** Refuses to write under an id that another run took: two runs chose one id in the same instant. */
export const assertIdIsOurs = async (host: Host, stateDir: string, head: DeploymentHead): Promise<void> => {
  const open = await readOpenDeployments(host, stateDir);
  const taken = open.find(({ id }) => id === head.id)?.parts.find((part) => part.head.nonce !== head.nonce);
  if (taken) throw recordTaken({ deployment: head.id, by: taken.head.by });
};

/** The newest records on a host, newest first; `target` leaves out those that do not name it. */
export const readRecords = async (
  host: Host,
  stateDir: string,
  options: { readonly limit: number; readonly target?: string },
): Promise<readonly DeploymentRecord[]> => {
  const word = options.target === undefined ? '' : JSON.stringify(options.target);
  const raw = await answerOf<readonly { id: string; text: string }[]>(
    host,
    host.exec(program('records', recordLayout(stateDir).directory, String(options.limit), word)),
  );
  return raw.flatMap(({ text }) => deploymentRecordSchema.safeParse(parse(text)).data ?? []);
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

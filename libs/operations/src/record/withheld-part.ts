import type { DeploymentPart, HostRecord } from '@polydev/contract';

/** A part of a record without what nobody may read: its notes and errors may hold what a program wrote. Pure. */
export const withheldPart = ({ head, part }: DeploymentPart, redact: (text: string) => string): DeploymentPart => ({
  head,
  part: { ...part, hosts: part.hosts.map((host) => withheldHost(host, redact)) },
});

const withheldHost = (host: HostRecord, redact: (text: string) => string): HostRecord => ({
  ...host,
  notes: host.notes.map(redact),
  ...(host.error
    ? { error: { ...host.error, message: redact(host.error.message), hint: redact(host.error.hint) } }
    : {}),
});

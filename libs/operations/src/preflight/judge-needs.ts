import type { Finding } from '../operations';
import type { Question } from './questions';

/** What of the things that are not on a host is a reason not to deploy, or to be warned. Pure. */
export const judgeNeeds = (host: string, absent: readonly Question[]): readonly Finding[] => {
  const of = (...kinds: readonly Question['kind'][]) => absent.filter(({ kind }) => kinds.includes(kind));
  return [
    ...toolFindings(host, of('command', 'sudo-command')),
    ...of('script').map((question) => scriptFinding(host, question)),
    ...of('unit').map((question) => unitFinding(host, question)),
  ];
};

const toolFindings = (host: string, tools: readonly Question[]): readonly Finding[] =>
  tools.length === 0
    ? []
    : [
        {
          level: 'error',
          code: 'TOOL_MISSING',
          host,
          message: `${host} lacks ${tools.map(({ name, usedBy }) => `${name}${purpose(usedBy)}`).join(', ')}.`,
          hint: `Install what is missing on ${host}, in the PATH that \`ssh\` without a terminal gives, or correct the command in the manifest.`,
        },
      ];

const purpose = (usedBy: readonly string[]): string => (usedBy.length === 0 ? '' : ` (${usedBy.join(', ')})`);

const scriptFinding = (host: string, { name, usedBy }: Question): Finding => ({
  level: 'error',
  code: 'SCRIPT_MISSING',
  host,
  message: `There is no ${name} on ${host}, which is run by ${usedBy.join(' and ')}.`,
  hint: 'Put it there, or correct the path in the manifest; a script that a target deploys is there once that target has been.',
});

const unitFinding = (host: string, { name, usedBy }: Question): Finding => ({
  level: 'warning',
  code: 'UNIT_UNKNOWN',
  host,
  message: `systemd on ${host} knows no unit ${name}, which is named by ${usedBy.join(' and ')}; that will fail, and the deploy be taken back.`,
  hint: `Create the unit on ${host} (\`systemctl cat ${name}\` shows it then), or correct the name in the manifest.`,
});

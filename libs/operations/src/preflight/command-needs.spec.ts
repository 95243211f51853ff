import { commandNeeds } from './command-needs';

const words = (line: string) => commandNeeds(line).map(({ kind, name }) => `${kind} ${name}`);

it.each([
  ['systemctl restart api', ['command systemctl', 'unit api']],
  ['systemctl --no-block restart api web.service', ['command systemctl', 'unit api', 'unit web.service']],
  ['systemctl --user restart api', ['command systemctl']],
  ['systemctl daemon-reload', ['command systemctl']],
  ['sudo systemctl restart api', ['command sudo', 'sudo-command systemctl', 'unit api']],
  ['sudo -n -u deploy -- pm2 reload api', ['command sudo', 'sudo-command pm2']],
  ['sudo FOO=1 pm2 reload api', ['command sudo', 'sudo-command pm2']],
  ['NODE_ENV=production pm2 reload api', ['command pm2']],
  ['env -u HOME A=1 B="two words" pm2 reload', ['command env', 'command pm2']],
  ['timeout -k 5 60 pm2 reload', ['command timeout', 'command pm2']],
  ['bash /opt/x.sh --fast', ['command bash', 'script /opt/x.sh']],
  ['bash -eu "/opt/with space/x.sh"', ['command bash', 'script /opt/with space/x.sh']],
  ['sudo bash /opt/x.sh', ['command sudo', 'sudo-command bash', 'script /opt/x.sh']],
  ['node /opt/x.js', ['command node', 'script /opt/x.js']],
  ["bash -c '/opt/x.sh'", ['command bash']],
  ['node --require /opt/a.js /opt/b.js', ['command node']],
  ['/opt/x.sh now', ['command /opt/x.sh']],
])('reads %s', (line, expected) => expect(words(line)).toEqual(expected));

it.each([
  ['the first of several may bring the second', 'apt-get install -y zstd && zstd x', ['command apt-get']],
  ['cd only leads to the first', 'cd /srv && set -e; pm2 reload', ['command pm2']],
  ['a pipe', 'cat list | pm2 x', ['command cat']],
  ['a relative path depends on the release', './bin/migrate up', []],
  ['so does a relative script', 'bash scripts/x.sh', ['command bash']],
  ['what a shell has to work out', 'bash "$HOME/x.sh"', ['command bash']],
  ['a variable as the program', '$PM2 reload', []],
  ['a group', '(cd x && y)', []],
  ['a unit that a shell has to work out', 'systemctl restart $UNIT', ['command systemctl']],
  ['a redirection', 'pm2 reload >/dev/null 2>&1', ['command pm2']],
  ['nothing', '', []],
])('does not guess: %s', (_, line, expected) => expect(words(line)).toEqual(expected));

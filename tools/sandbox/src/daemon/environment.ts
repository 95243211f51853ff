import { isAbsolute, dirname, join } from 'node:path';
import { SANDBOX_USER, type Layout } from '../layout';
import { MEMBER_VARIABLE } from '../processes';

// What a server has settled for itself and a newcomer's machine may need too, so that packages can be installed.
const KEPT = /^(https?_proxy|no_proxy|node_extra_ca_certs|ssl_cert_(file|dir)|npm_config_registry|tz)$/i;
const STANDARD = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/sbin', '/sbin'];

function searchPath(layout: Layout, machine: string): string {
  const folders = machine.split(':').filter((folder) => isAbsolute(folder) && !folder.includes('/node_modules'));
  return [...new Set([layout.bin, dirname(process.execPath), ...folders, ...STANDARD])].join(':');
}

/**
 * The environment of everything that runs in the sandbox: a server's, not that of the shell which started it. Its PATH
 * begins with the sandbox's own programs. npm shares the cache and the settings of the person who started the sandbox,
 * so that installing is quick.
 */
export function serverEnvironment(layout: Layout, starter: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(starter).filter((entry): entry is [string, string] => KEPT.test(entry[0]));
  const starterHome = starter['HOME'] ?? '/';
  return {
    ...Object.fromEntries(kept),
    HOME: layout.home,
    USER: SANDBOX_USER,
    LOGNAME: SANDBOX_USER,
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    TMPDIR: layout.temporary,
    PATH: searchPath(layout, starter['PATH'] ?? ''),
    npm_config_cache: starter['npm_config_cache'] ?? join(starterHome, '.npm'),
    npm_config_userconfig: starter['npm_config_userconfig'] ?? join(starterHome, '.npmrc'),
    npm_config_update_notifier: 'false',
    [MEMBER_VARIABLE]: layout.directory,
  };
}

import { text } from './leaves';

/** Directories of every Linux system (Filesystem Hierarchy Standard 3.0): a release put in their place would take the system down. */
const SYSTEM_DIRECTORIES: ReadonlySet<string> = new Set(
  [
    '',
    'bin',
    'boot',
    'dev',
    'etc',
    'home',
    'lib',
    'lib64',
    'media',
    'mnt',
    'opt',
    'proc',
    'root',
    'run',
    'sbin',
    'srv',
    'sys',
    'tmp',
  ]
    .concat(['usr', 'usr/bin', 'usr/lib', 'usr/local', 'usr/sbin', 'usr/share', 'var', 'var/lib', 'var/log', 'var/tmp'])
    .map((path) => `/${path}`),
);

/** Without the slash at the end. */
export const trimmed = (path: string): string => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);

const isPlain = (path: string): boolean =>
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

/** An absolute path on the host that a release or the state may stand at. */
export const hostPath = () =>
  text('an absolute path on the host').superRefine((value, context) => {
    const path = trimmed(value);
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    if (!path.startsWith('/')) refuse('should be an absolute path on the host');
    else if (SYSTEM_DIRECTORIES.has(path)) refuse('should be a directory of its own, not one of the system');
    else if (!isPlain(path.slice(1))) refuse('should be written without `.`, `..` and double slashes');
  });

/** A path below some directory: relative, and never out of it. */
export const innerPath = (expected: string) =>
  text(expected).superRefine((value, context) => {
    if (!isPlain(trimmed(value)))
      context.addIssue({ code: 'custom', message: `should be ${expected}, without \`.\` and \`..\`` });
  });

/** Whether one path is the other or lies inside it. */
export const isWithin = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(`${directory}/`);

import { SAMPLE_DIGEST } from '../../testing/sample-agents';
import { judge, type Sight } from './judge';

const IMAGE = 'img-0123456789abcdef';
const expected = { image: IMAGE, digest: SAMPLE_DIGEST };
const sight = (facts: Partial<Sight>): Sight => ({
  console: 'GUEST-INIT\nGUEST-WAITING\nAGENT-START\n',
  running: true,
  answer: undefined,
  overdue: undefined,
  ...facts,
});
const answered = (body: unknown, status = 200) => ({ answer: { status, body } });
const ready = { status: 'ready', image: IMAGE, digest: SAMPLE_DIGEST };

describe('the verdict on a guest', () => {
  it.each<[string, Partial<Sight>, string, string]>([
    ['the agent that is meant is ready', answered(ready), 'ready', 'is ready'],
    ['the agent ended', { console: 'AGENT-START\noh no\nAGENT-EXIT rc=42\n' }, 'agent-exited', 'exit code 42'],
    [
      'the agent was ready and ended',
      { console: 'AGENT-EXIT rc=0\n', ...answered(ready) },
      'agent-exited',
      'exit code 0',
    ],
    ['the base is junk', { console: 'GUEST-INIT\nBASE-MOUNT-FAILED\n', running: false }, 'mount-failed', 'base layer'],
    ['the agent layer is junk', { console: 'GUEST-INIT\nAGENT-MOUNT-FAILED' }, 'mount-failed', 'agent layer'],
    [
      'the kernel panicked',
      { console: '[    0.84] PCI\n[    1.203413] Kernel panic - not syncing: no init\n', running: false },
      'kernel-panic',
      'not syncing: no init',
    ],
    ['another digest is ready', answered({ ...ready, digest: 'e'.repeat(64) }), 'wrong-version', 'digest "eee'],
    ['another image is ready', answered({ ...ready, image: 'img-f' }), 'wrong-version', `"img-f" instead of ${IMAGE}`],
    ['an agent that says nothing of itself is ready', answered({ status: 'ready' }), 'wrong-version', 'image nothing'],
    ['nothing answered in time', { overdue: 'ready' }, 'hung', 'answered nothing'],
    ['it was still starting', { overdue: 'ready', ...answered({ status: 'starting' }) }, 'never-ready', '"starting"'],
    [
      'its status would drive a terminal',
      { overdue: 'ready', ...answered({ status: '\x1b[2J\n\x9bok' }) },
      'never-ready',
      'the status "\\x1b[2J\\n\\x9bok"',
    ],
    ['it answered with errors', { overdue: 'ready', ...answered('oops', 503) }, 'never-ready', 'HTTP 503'],
    ['ready, but not as 200', { overdue: 'ready', ...answered(ready, 500) }, 'never-ready', 'HTTP 500'],
    ['the VM was killed', { console: 'GUEST-INIT\n', running: false }, 'infrastructure', 'had not said why'],
    ['the guest did not begin', { console: '', overdue: 'init' }, 'infrastructure', 'not begun'],
    ['the guest did not boot', { console: 'GUEST-INIT\n', overdue: 'waiting' }, 'infrastructure', 'not booted'],
  ])('%s', (_, facts, verdict, detail) => {
    expect(judge(sight(facts), expected)).toEqual({ verdict, detail: expect.stringContaining(detail) });
  });

  it.each<[string, Partial<Sight>]>([
    ['it starts', {}],
    ['it says that it is starting', answered({ status: 'starting' })],
    ['it answers with an error', answered('no', 500)],
    ['its agent talks of panics and exits', { console: 'AGENT-START\nlast time: Kernel panic - or AGENT-EXIT rc=1\n' }],
  ])('there is none as long as %s', (_, facts) => {
    expect(judge(sight(facts), expected)).toBeUndefined();
  });
});

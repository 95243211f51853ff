import { activatedSocket } from './activated-socket';

describe('activatedSocket', () => {
  it('is the first one that systemd passes to this process', () => {
    expect(activatedSocket({ LISTEN_PID: '42', LISTEN_FDS: '1' }, 42)).toEqual({ fd: 3 });
    expect(activatedSocket({ LISTEN_PID: '42', LISTEN_FDS: '2' }, 42)).toEqual({ fd: 3 });
  });

  it.each([
    ['systemd passes none', {}],
    ['it passes an empty set', { LISTEN_PID: '42', LISTEN_FDS: '0' }],
    ['it was passed to the process that started this one', { LISTEN_PID: '41', LISTEN_FDS: '1' }],
    ['the number is none', { LISTEN_PID: '42', LISTEN_FDS: 'one' }],
  ])('is none where %s', (_, environment) => {
    expect(activatedSocket(environment, 42)).toBeUndefined();
  });
});

import { healthAnswer } from './health-answer';

describe('healthAnswer', () => {
  it('tells the release, the commit and the digest, and nothing else of the release', () => {
    const info = { target: 't', environment: 'e', release: 'r', sha: 's', digest: 'd' };
    expect(healthAnswer('ready', info)).toEqual({ status: 'ready', release: 'r', sha: 's', digest: 'd' });
  });

  it('is the status alone where the program does not run from a release', () => {
    expect(healthAnswer('ok', undefined)).toEqual({ status: 'ok' });
  });
});

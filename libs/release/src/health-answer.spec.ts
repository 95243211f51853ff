import { healthAnswer } from './health-answer';

describe('healthAnswer', () => {
  it('tells the release, the commit and the digest, and nothing else of the release', () => {
    const info = { target: 't', environment: 'e', release: 'r', sha: 's', digest: 'd' };
    expect(healthAnswer('ready', info)).toEqual({ status: 'ready', release: 'r', sha: 's', digest: 'd' });
  });

  it('is the status alone where the program does not run from a release', () => {
    expect(healthAnswer('ok', undefined)).toEqual({ status: 'ok' });
  });

  it('tells the image that the program runs in, and its digest where no release tells one', () => {
    const image = { image: 'img-1', version: '1.2.3', digest: 'of the image' };
    expect(healthAnswer('ready', undefined, image)).toEqual({ status: 'ready', ...image });
    const info = { target: 't', environment: 'e', release: 'r', sha: 's', digest: 'of the release' };
    expect(healthAnswer('ready', info, image)).toMatchObject({ image: 'img-1', digest: 'of the release' });
  });
});

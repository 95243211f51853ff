import { difference, isBad, NOTHING_COUNTED, together } from './judge';

const counted = (more: Partial<typeof NOTHING_COUNTED>) => difference(NOTHING_COUNTED, { ...NOTHING_COUNTED, ...more });

describe('what the engine counted of a release', () => {
  it('counts only what came since the first look', () => {
    const before = { ...NOTHING_COUNTED, req_tot: 1_000, hrsp_5xx: 40 };
    const after = { ...before, req_tot: 1_100, hrsp_5xx: 43, eresp: 2 };
    expect(difference(before, after)).toEqual({
      requests: 102,
      failed: 5,
      retries: 0,
      kinds: '3 answered with status 5xx, 2 got no answer',
    });
  });

  it('adds up what two lives of the engine counted', () => {
    expect(together(counted({ req_tot: 10, hrsp_5xx: 1 }), counted({ req_tot: 5, econ: 1 }))).toEqual({
      requests: 16,
      failed: 2,
      retries: 0,
      kinds: '1 answered with status 5xx, 1 found nobody to connect to',
    });
  });

  it.each([
    ['no request came', {}, false],
    ['all went well', { req_tot: 500 }, false],
    ['as few failed as may', { req_tot: 500, hrsp_5xx: 5 }, false],
    ['more failed than may', { req_tot: 500, hrsp_5xx: 6 }, true],
    ['two of a few failed, by chance', { req_tot: 20, hrsp_5xx: 2 }, false],
    ['three of a few failed', { req_tot: 20, hrsp_5xx: 3 }, true],
    ['the only request failed', { req_tot: 1, hrsp_5xx: 1 }, true],
    ['a client waits for a release that is down', { wretr: 1 }, true],
    ['one connection of many was tried again', { req_tot: 500, wretr: 2 }, false],
    ['answers were broken off', { req_tot: 50, srv_abrt: 5 }, true],
  ])('judges a release where %s', (_what, counters, bad) => {
    expect(isBad(counted(counters), 0.01)).toBe(bad);
  });

  it('lets a release fail as often as the manifest says', () => {
    const seen = counted({ req_tot: 100, hrsp_5xx: 20 });
    expect(isBad(seen, 0.1)).toBe(true);
    expect(isBad(seen, 0.2)).toBe(false);
  });
});

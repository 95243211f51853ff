import type { DeploymentHead, HostOutcome } from '@polydev/contract';
import type { ReleaseOnHost } from '../deploy/state';
import type { KnownDeployment } from '../history/live-events';
import { chooseRelease } from './choose';

const SHA = (letter: string) => letter.repeat(40);
let clock = 0;
beforeEach(() => {
  clock = 0;
});

interface Did {
  readonly id: string;
  readonly sha: string;
  readonly kind?: 'deploy' | 'rollback';
  readonly outcome?: HostOutcome;
  readonly release?: string | undefined;
  readonly target?: string;
  readonly succeeded?: boolean;
}
const did = ({ id, sha, kind = 'deploy', outcome = 'moved', target = 'app', ...more }: Did): KnownDeployment => {
  clock += 1;
  const at = new Date(clock * 60_000).toISOString();
  const head = { id, sha, kind, dirty: false, startedAt: at } as DeploymentHead;
  const release = 'release' in more ? more.release : id;
  const good = outcome === 'moved' || outcome === 'unchanged';
  const host = { host: 'web-1', outcome, steps: [], notes: [], ...(release === undefined ? {} : { release }) };
  return { head, at, succeeded: more.succeeded ?? good, targets: [{ target, outcome, hosts: [host] }] };
};
const kept = (...ids: readonly [id: string, sha: string][]): ReleaseOnHost[] =>
  ids.map(([id, sha]) => ({
    id,
    hasList: true,
    info: id.startsWith('adopted')
      ? undefined
      : { target: 'app', environment: 'e', release: id, sha, digest: `d-${id}` },
  }));

const choose = (facts: {
  deployments: readonly KnownDeployment[];
  releases: ReleaseOnHost[];
  live: string | undefined;
  runs?: readonly string[];
  sha?: string;
}) => {
  const chosen = chooseRelease({ target: 'app', host: 'web-1', sha: undefined, ...facts });
  return 'choice' in chosen ? chosen.choice : { code: chosen.refusal.code, message: chosen.refusal.message };
};

const three = () => [
  did({ id: 'r1', sha: SHA('a') }),
  did({ id: 'r2', sha: SHA('b') }),
  did({ id: 'r3', sha: SHA('c') }),
];
const threeKept = () => kept(['r1', SHA('a')], ['r2', SHA('b')], ['r3', SHA('c')]);

describe('by nothing', () => {
  it('goes to the release before, and names what it undoes', () => {
    expect(choose({ deployments: three(), releases: threeKept(), live: 'r3' })).toMatchObject({
      release: 'r2',
      sha: SHA('b'),
      undid: ['r3'],
    });
  });

  it('goes by the order of the journal where a deployer’s clock was ahead', () => {
    const deployments = three();
    const runs = ['r1', 'r3', 'r2'];
    expect(choose({ deployments, releases: threeKept(), live: 'r2', runs })).toMatchObject({
      release: 'r3',
      undid: ['r2'],
    });
  });

  it('goes further back when it is done twice, never forth to what was gone back from', () => {
    const deployments = [...three(), did({ id: 'x', sha: SHA('b'), kind: 'rollback', release: 'r2' })];
    expect(choose({ deployments, releases: threeKept(), live: 'r2' })).toMatchObject({ release: 'r1', undid: ['r2'] });
  });

  it('does not stop between: after a leap back, what lay between is undone too', () => {
    const deployments = [...three(), did({ id: 'x', sha: SHA('a'), kind: 'rollback', release: 'r1' })];
    expect(choose({ deployments, releases: threeKept(), live: 'r1' })).toMatchObject({ code: 'NO_PREVIOUS_RELEASE' });
  });

  it('takes what served before a deploy that followed a rollback', () => {
    const deployments = [
      ...three(),
      did({ id: 'x', sha: SHA('b'), kind: 'rollback', release: 'r2' }),
      did({ id: 'r4', sha: SHA('d') }),
    ];
    const releases = [...threeKept(), ...kept(['r4', SHA('d')])];
    expect(choose({ deployments, releases, live: 'r4' })).toMatchObject({ release: 'r2', undid: ['r4'] });
  });

  it('never takes a release that failed, even where its files are left', () => {
    const deployments = [
      did({ id: 'r1', sha: SHA('a') }),
      did({ id: 'r2', sha: SHA('b'), outcome: 'stuck' }),
      did({ id: 'r3', sha: SHA('c') }),
    ];
    expect(choose({ deployments, releases: threeKept(), live: 'r3' })).toMatchObject({ release: 'r1' });
  });

  it('never takes a release that was taken back with its deployment', () => {
    const deployments = [
      did({ id: 'r1', sha: SHA('a') }),
      did({ id: 'r2', sha: SHA('b'), outcome: 'taken-back', release: 'r1' }),
      did({ id: 'r3', sha: SHA('c') }),
    ];
    expect(choose({ deployments, releases: threeKept(), live: 'r3' })).toMatchObject({ release: 'r1', undid: ['r3'] });
  });

  it('passes over what was pruned', () => {
    expect(
      choose({ deployments: three(), releases: kept(['r1', SHA('a')], ['r3', SHA('c')]), live: 'r3' }),
    ).toMatchObject({
      release: 'r1',
      undid: ['r3', 'r2'],
    });
  });

  it('goes back to the directory that the first deploy adopted', () => {
    const deployments = [did({ id: 'r1', sha: SHA('a') })];
    expect(choose({ deployments, releases: kept(['adopted-r1', ''], ['r1', SHA('a')]), live: 'r1' })).toMatchObject({
      release: 'adopted-r1',
      sha: undefined,
    });
  });

  it('refuses after the first deploy, and lists what there is', () => {
    const answer = choose({
      deployments: [did({ id: 'r1', sha: SHA('a') })],
      releases: kept(['r1', SHA('a')]),
      live: 'r1',
    });
    expect(answer).toMatchObject({
      code: 'NO_PREVIOUS_RELEASE',
      message: expect.stringMatching(/a{12} +r1 +serves now/),
    });
  });
});

describe('by a SHA', () => {
  const with200 = () => Array.from({ length: 200 }, (_, index) => `r${String(index).padStart(3, '0')}`);

  it.each(['b', 'bbbb', 'BBBBBBB', SHA('b')])('finds the release by %s', (sha) => {
    expect(choose({ deployments: three(), releases: threeKept(), live: 'r3', sha })).toMatchObject({
      release: 'r2',
      undid: ['r3'],
    });
  });

  it('refuses an unknown one with the list of what is kept, newest first', () => {
    const answer = choose({ deployments: three(), releases: threeKept(), live: 'r3', sha: 'ffff' });
    expect(answer).toMatchObject({
      code: 'SHA_UNKNOWN',
      message: expect.stringMatching(/r3 +serves now\n.*r2 +was live\n.*r1/),
    });
  });

  it('refuses one that could be two, and names both', () => {
    const [one, two] = [`abc1${'0'.repeat(36)}`, `abc2${'0'.repeat(36)}`];
    const deployments = [did({ id: 'r1', sha: one }), did({ id: 'r2', sha: two })];
    const answer = choose({ deployments, releases: kept(['r1', one], ['r2', two]), live: 'r2', sha: 'abc' });
    expect(answer).toMatchObject({ code: 'SHA_AMBIGUOUS', message: expect.stringContaining(`${one} or ${two}`) });
  });

  it('refuses a pruned one and says what is kept', () => {
    const answer = choose({
      deployments: three(),
      releases: kept(['r2', SHA('b')], ['r3', SHA('c')]),
      live: 'r3',
      sha: 'aaaa',
    });
    expect(answer).toMatchObject({
      code: 'RELEASE_PRUNED',
      message: expect.stringContaining('Release r1 of app (aaaaaaaaaaaa)'),
    });
  });

  it('refuses a commit of which every deployment failed', () => {
    const deployments = [...three(), did({ id: 'r4', sha: SHA('d'), outcome: 'taken-back', release: 'r3' })];
    expect(choose({ deployments, releases: threeKept(), live: 'r3', sha: 'dd' })).toMatchObject({
      code: 'RELEASE_NEVER_GOOD',
    });
  });

  it('accepts a commit whose deployment changed nothing', () => {
    const deployments = [
      did({ id: 'r1', sha: SHA('a') }),
      did({ id: 'r2', sha: SHA('b'), outcome: 'unchanged', release: 'r1' }),
      did({ id: 'r3', sha: SHA('c') }),
    ];
    const releases = kept(['r1', SHA('a')], ['r3', SHA('c')]);
    expect(choose({ deployments, releases, live: 'r3', sha: 'bb' })).toMatchObject({
      release: 'r1',
      sha: SHA('b'),
      undid: ['r3'],
    });
  });

  it('accepts a commit whose deployment did not concern the target: what was live then', () => {
    const deployments = [
      did({ id: 'r1', sha: SHA('a') }),
      did({ id: 'r2', sha: SHA('b'), target: 'another' }),
      did({ id: 'r3', sha: SHA('c') }),
    ];
    expect(choose({ deployments, releases: threeKept(), live: 'r3', sha: 'bb' })).toMatchObject({ release: 'r1' });
  });

  it('refuses one from before the target was there', () => {
    const deployments = [did({ id: 'r1', sha: SHA('a'), target: 'another' }), did({ id: 'r2', sha: SHA('b') })];
    expect(choose({ deployments, releases: kept(['r2', SHA('b')]), live: 'r2', sha: 'aa' })).toMatchObject({
      code: 'RELEASE_NONE_THEN',
    });
  });

  it('takes the last of several that succeeded', () => {
    const deployments = [
      did({ id: 'r1', sha: SHA('a') }),
      did({ id: 'r2', sha: SHA('a') }),
      did({ id: 'r3', sha: SHA('a'), outcome: 'taken-back', release: 'r2' }),
      did({ id: 'r4', sha: SHA('c') }),
    ];
    const releases = kept(['r1', SHA('a')], ['r2', SHA('a')], ['r4', SHA('c')]);
    expect(choose({ deployments, releases, live: 'r4', sha: 'aa' })).toMatchObject({ release: 'r2' });
  });

  it('takes one that was gone back from only because it was asked for, and says so', () => {
    const deployments = [...three(), did({ id: 'x', sha: SHA('b'), kind: 'rollback', release: 'r2' })];
    expect(choose({ deployments, releases: threeKept(), live: 'r2', sha: 'cc' })).toMatchObject({
      release: 'r3',
      undid: [],
      doubt: expect.stringContaining('gone back from'),
    });
  });

  it('finds a release whose record is gone by what it says of itself', () => {
    expect(choose({ deployments: [], releases: threeKept(), live: 'r3', sha: 'aaaa' })).toMatchObject({
      release: 'r1',
    });
  });

  it('goes right among 200, and lists no more than 20 of them when it cannot', () => {
    const ids = with200();
    const sha = (id: string) => id.slice(1).padEnd(40, 'e');
    const deployments = ids.map((id) => did({ id, sha: sha(id) }));
    const releases = kept(...ids.map((id): [string, string] => [id, sha(id)]));
    expect(choose({ deployments, releases, live: 'r199', sha: '042' })).toMatchObject({ release: 'r042' });
    const refused = choose({ deployments, releases, live: 'r199', sha: 'ffff' });
    expect(refused).toMatchObject({ message: expect.stringContaining('… and 180 older') });
  });
});

import { faultNames, faultOf } from './faults';
import { formatSchedule, seedOfReplay, seedsOf } from './line';
import { randomFrom } from './random';
import { numberAt, scheduleOf, type Operation } from './schedule';

const SHA = '1f3a9c0e5b7d2a4c6e8f0a1b2c3d4e5f60718293';
const schedules = seedsOf(SHA, 500).map(scheduleOf);
const strikes = schedules.flatMap(({ strategy, hosts, operations }) =>
  operations.flatMap(({ strikes }) => strikes.map((strike) => ({ ...strike, strategy, hosts }))),
);

describe('random schedules', () => {
  it('are the same for the same seed, and others for another commit', () => {
    expect(seedsOf(SHA, 500).map(scheduleOf)).toEqual(schedules);
    expect(seedsOf(`2${SHA.slice(1)}`, 1).map(scheduleOf)[0]?.operations).not.toEqual(schedules[0]?.operations);
  });

  it('can be replayed from the line that was printed, or from its first word', () => {
    for (const schedule of schedules.slice(0, 50)) {
      const line = formatSchedule(schedule);
      expect(line).not.toContain('\n');
      expect(scheduleOf(seedOfReplay(line))).toEqual(schedule);
      expect(seedOfReplay(line.split(' ')[0]!)).toBe(schedule.seed);
    }
  });

  it('refuse a seed that another version made, and what is no seed', () => {
    const reason = (text: string) => {
      try {
        return seedOfReplay(text);
      } catch (error) {
        return error;
      }
    };
    const old = schedules[0]!.seed.replace(/.{6}$/, '000000');
    expect(reason(old)).toMatchObject({ code: 'REPLAY_UNKNOWN', message: expect.stringContaining('another version') });
    expect(reason('17')).toMatchObject({ code: 'REPLAY_UNKNOWN', message: expect.stringContaining('no word') });
  });

  it('have every fault, each at every kind of point it has, in five hundred of them', () => {
    for (const name of faultNames()) {
      const own = strikes.filter(({ fault }) => fault === name);
      const wanted = { effect: ['after', 'before'], step: ['before'], rest: ['first'] }[faultOf(name).at];
      expect([name, [...new Set(own.map(({ point }) => point.when))].sort()]).toEqual([name, wanted]);
    }
  });

  it('strike only hosts that there are, and HAProxy only where there is one', () => {
    for (const { fault, host, hosts, strategy } of strikes) {
      expect(host).toBeLessThan(hosts);
      if (faultOf(fault).needsTraffic) expect(strategy).toBe('blue-green');
    }
  });

  it('begin with a deploy and end with one that nothing strikes', () => {
    const calm: Operation = { verb: 'deploy', strikes: [] };
    for (const { operations } of schedules) {
      expect(operations[0]?.verb).toBe('deploy');
      expect(operations.at(-1)).toEqual(calm);
    }
  });

  it('are told in a line', () => {
    expect(
      formatSchedule({
        seed: 'seed:abc-1-000000',
        strategy: 'blue-green',
        hosts: 2,
        operations: [
          {
            verb: 'deploy',
            broken: { kind: 'later-500', seconds: 3 },
            strikes: [{ fault: 'deployer-killed', host: 1, point: { when: 'after', thousandths: 125 } }],
          },
          { verb: 'rollback', strikes: [{ fault: 'link-cut', host: 0, point: { when: 'before', thousandths: 500 } }] },
          { verb: 'deploy', strikes: [{ fault: 'path-replaced', host: 0, point: { when: 'first' } }] },
        ],
      }),
    ).toBe(
      'seed:abc-1-000000 blue-green, 2 hosts: deploy of later-500 3 + deployer-killed on host 2 after the effect at 12.5 %; ' +
        'rollback + link-cut on host 1 in the step at 50.0 %; deploy + path-replaced on host 1',
    );
  });
});

describe('a point of an operation', () => {
  it('is one of its effects, from the first to the last', () => {
    const at = (thousandths: number) => numberAt({ when: 'before', thousandths }, 40);
    expect([at(0), at(500), at(999)]).toEqual([1, 21, 40]);
  });
});

describe('numbers from a seed', () => {
  it('never change: they are the first bits of a hash that anyone can compute', () => {
    // printf 'a 1' | sha256sum begins with 042a5f2e7634
    const { below } = randomFrom('a');
    expect(below(2 ** 48)).toBe(0x042a5f2e7634);
  });

  it('cover a range evenly', () => {
    const { below } = randomFrom('b');
    const counts = Array.from({ length: 4 }, () => 0);
    for (let index = 0; index < 4000; index++) counts[below(4)]! += 1;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

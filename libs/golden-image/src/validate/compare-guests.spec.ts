import { compareGuests, type GuestFacts } from './compare-guests';
import { clockOf, readProbeLine } from './probe-line';

const guest = (name: string, random: string, facts: Partial<GuestFacts> = {}): GuestFacts => ({
  name,
  probe: { random: random.repeat(64), now: 0 },
  clock: { skewMs: 12, late: true },
  console: [],
  ...facts,
});

describe('clones that are compared', () => {
  const booted = guest('the booted VM', 'a');

  it('are well when each has its own randomness and the right time', () => {
    expect(compareGuests(booted, [guest('one', 'b'), guest('two', 'c')])).toBeUndefined();
  });

  it.each([
    [[guest('one', 'b'), guest('two', 'b')], 'the agents in one and in two got the same random bytes'],
    [[guest('one', 'a'), guest('two', 'b')], 'the agents in the booted VM and in one got the same random bytes'],
    [
      [guest('one', 'b', { clock: { skewMs: 4_210, late: false } }), guest('two', 'c')],
      'the clock of one is 4.2 s wrong',
    ],
  ])('are refused with the reason: %#', (clones, detail) => {
    expect(compareGuests(booted, clones)).toMatchObject({ verdict: 'clones-not-unique', detail });
  });

  it('are refused when one of them does not show its randomness', () => {
    const { probe: _, ...silent } = guest('two', 'c');
    expect(compareGuests(booted, [guest('one', 'b'), silent])?.detail).toContain('two did not show');
  });

  it('are not blamed for a clock that a busy machine sets late', () => {
    const late = guest('two', 'c', { clock: { skewMs: 1_900, late: true } });
    expect(compareGuests(booted, [guest('one', 'b'), late])).toMatchObject({ verdict: 'infrastructure' });
  });
});

describe('what an agent sees of randomness and time', () => {
  const random = 'ab'.repeat(32);

  it('is read from the first line that its process prints', () => {
    const line = `AGENT-PROBE random=${random} now=1790000000123`;
    const text = `GUEST-INIT\n${line.replace('ab', 'ff')}\nAGENT-START\n${line}\n${line.replace('123', '999')}\n`;
    expect(readProbeLine(text)).toEqual({ random, now: 1_790_000_000_123 });
    expect(readProbeLine(`AGENT-START\n${line}`)).toBeDefined();
    expect(readProbeLine(`AGENT-START\n${line.slice(0, -20)}`)).toBeUndefined();
  });

  it.each([
    [5_000, { skewMs: 0, late: true }],
    [4_700, { skewMs: 250, late: true }],
    [3_900, { skewMs: 1_050, late: false }],
    [6_500, { skewMs: 1_480, late: false }],
  ])('a clock that shows %i, looked at between 4950 and 5020, told at 4000', (now, clock) => {
    expect(clockOf({ random, now }, { notBefore: 4_950, at: 5_020, told: 4_000 })).toEqual(clock);
  });
});

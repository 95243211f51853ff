import { sample } from '@polydev/operations/testing';
import { describeReal } from '@polydev/sandbox/real';
import { openChaos, type Chaos } from './chaos';
import type { Operation, Schedule, Strike } from './schedule/schedule';

const inTheStep = (fault: Strike['fault'], thousandths: number, host = 0): Strike => ({
  fault,
  host,
  point: { when: 'before', thousandths },
});
const atFirst = (fault: Strike['fault'], host = 0): Strike => ({ fault, host, point: { when: 'first' } });
const deploy = (...strikes: readonly Strike[]): Operation => ({ verb: 'deploy', strikes });

/** Schedules that chaos once failed on, as they were printed. */
const FOUND: readonly (Omit<Schedule, 'seed'> & { readonly name: string })[] = [
  {
    name: 'a process that began between swap and restart does not go on serving what was taken back',
    strategy: 'rolling',
    hosts: 1,
    operations: [deploy(inTheStep('second-deployer', 497)), deploy(inTheStep('read-only', 546)), deploy()],
  },
  {
    name: 'a disk that fills up leaves no half line in the journal',
    strategy: 'blue-green',
    hosts: 1,
    operations: [deploy(inTheStep('disk-full', 126)), deploy(inTheStep('disk-full', 857)), deploy()],
  },
  {
    name: 'what was changed by hand serves on when the next release is broken, and is gone with one that works',
    strategy: 'blue-green',
    hosts: 1,
    operations: [{ ...deploy(atFirst('file-changed')), broken: 'hangs' }, deploy()],
  },
  {
    name: 'a path that was replaced by hand, before a host dies and again after it, is adopted once',
    strategy: 'rolling',
    hosts: 2,
    operations: [
      deploy(atFirst('path-replaced', 1), inTheStep('lock-holder-dead', 653)),
      deploy(atFirst('path-replaced', 1), inTheStep('host-killed', 261, 1)),
      deploy(),
    ],
  },
  {
    name: 'a path that was replaced by hand while a run was cut off is left to the next deploy, and is not in its way',
    strategy: 'rolling',
    hosts: 1,
    operations: [
      deploy(inTheStep('link-cut', 691)),
      { ...deploy(inTheStep('disk-full', 495), atFirst('path-replaced')), verb: 'rollback' },
      deploy(),
    ],
  },
];

describeReal('what chaos found', () => {
  let chaos: Chaos;
  beforeAll(() => {
    chaos = openChaos();
  });
  afterAll(() => chaos.close());

  it.each(sample('schedules that chaos failed on', FOUND, 2))(
    '$name',
    async ({ name, ...schedule }) => {
      const { struck } = await chaos.run({ ...schedule, seed: name });
      expect(struck.length).toBeGreaterThan(0);
    },
    180_000,
  );
});

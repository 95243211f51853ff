import { lastRun, Run, type Journal, type JournalEntry, type Runbook, type StepEvent } from './index';

/** A world in which steps leave marks, and a journal kept as text, as on a host. */
const world = () => {
  const marks: string[] = [];
  const events: StepEvent[] = [];
  let text = '';
  const journal: Journal & { broken?: boolean } = {
    write(entry: JournalEntry) {
      if (journal.broken) return Promise.reject(new Error('No space left'));
      text += `${JSON.stringify(entry)}\n`;
      return Promise.resolve();
    },
  };
  return { marks, events, journal, text: () => text };
};
type World = ReturnType<typeof world>;

const mark = (name: string, fails: ReadonlySet<string>) => ({
  name,
  run: (w: World) => {
    w.marks.push(name);
    return fails.has(name) ? Promise.reject(new Error(`${name} broke`)) : Promise.resolve();
  },
  undo: (w: World) => {
    w.marks.push(`undo ${name}`);
    return fails.has(`undo ${name}`) ? Promise.reject(new Error(`undo ${name} broke`)) : Promise.resolve();
  },
});

const book = (...fails: string[]): Runbook<World> => {
  const failing = new Set(fails);
  return {
    name: 'test',
    steps: [
      mark('a', failing),
      { ...mark('look', failing), undo: undefined, noUndo: 'only looks' } as never,
      mark('b', failing),
    ],
    cleanup: [mark('tidy', failing), mark('sweep', failing)],
  };
};

const begin = (w: World, runbook: Runbook<World>) => Run.begin(optionsFor(w, runbook));
const optionsFor = (w: World, runbook: Runbook<World>) => ({
  id: 'run-1',
  runbook,
  context: w,
  plan: { release: 'r2' },
  journal: w.journal,
  onStep: (event: StepEvent) => void w.events.push(event),
  now: () => new Date(0),
});
const calm = new AbortController().signal;

it('runs the steps in order, then the cleanup, and says so in the journal', async () => {
  const w = world();
  const run = await begin(w, book());
  expect(await run.forward(calm)).toEqual({ ok: true });
  expect(await run.commit()).toEqual([]);
  expect(w.marks).toEqual(['a', 'look', 'b', 'tidy', 'sweep']);
  expect(lastRun(w.text())).toMatchObject({ outcome: 'succeeded', committed: true, plan: { release: 'r2' } });
});

it('undoes the failed step first, then the others in reverse; a step without undo is passed', async () => {
  const w = world();
  const run = await begin(w, book('b'));
  expect(await run.forward(calm)).toMatchObject({ ok: false, failedStep: 'b' });
  expect(await run.backward()).toEqual({ ok: true });
  expect(w.marks).toEqual(['a', 'look', 'b', 'undo b', 'undo a']);
  expect(lastRun(w.text())).toMatchObject({ outcome: 'rolled-back', failedStep: 'b' });
});

it('a failing undo leaves the run stuck, with both errors', async () => {
  const w = world();
  const run = await begin(w, book('b', 'undo b'));
  const forward = await run.forward(calm);
  const backward = await run.backward();
  expect(forward).toMatchObject({ ok: false, error: new Error('b broke') });
  expect(backward).toMatchObject({ ok: false, undoFailedAt: 'b', undoError: new Error('undo b broke') });
  expect(w.marks).not.toContain('undo a');
  expect(lastRun(w.text())).toMatchObject({ outcome: 'stuck', open: ['a', 'look', 'b'] });
});

it('an abort stops before the next step and names it', async () => {
  const w = world();
  const abort = new AbortController();
  const runbook = book();
  const [first, ...rest] = runbook.steps;
  const stopping = {
    name: 'a',
    run: async (c: World) => {
      abort.abort(new Error('Ctrl-C'));
      await first?.run(c);
    },
    undo: (c: World) => Promise.resolve(void c.marks.push('undo a')),
  };
  const run = await begin(w, { ...runbook, steps: [stopping, ...rest] });
  expect(await run.forward(abort.signal)).toMatchObject({ ok: false, failedStep: 'look', error: new Error('Ctrl-C') });
  await run.backward();
  expect(w.marks).toEqual(['a', 'undo a']);
});

it('a failing cleanup is a leftover with a name; the rest of the cleanup still runs', async () => {
  const w = world();
  const run = await begin(w, book('tidy'));
  await run.forward(calm);
  expect(await run.commit()).toMatchObject([{ step: 'tidy' }]);
  expect(w.marks).toContain('sweep');
  expect(lastRun(w.text())).toMatchObject({ outcome: 'succeeded' });
});

it('waits until the intent is safe before a step has any effect', async () => {
  const w = world();
  const { write } = w.journal;
  // A journal on a disk that is slow to say that it is read-only.
  w.journal.write = async (entry) => {
    await new Promise((done) => setTimeout(done, 5));
    if (entry.event === 'started' && entry.step === 'b') throw new Error('Read-only file system');
    return write(entry);
  };
  const run = await begin(w, book());
  expect(await run.forward(calm)).toMatchObject({ ok: false, failedStep: 'b' });
  expect(w.marks).toEqual(['a', 'look']);
});

it('does not run a step whose intent cannot be written, yet undoes without a journal', async () => {
  const w = world();
  const run = await begin(w, book());
  w.journal.broken = true;
  expect(await run.forward(calm)).toMatchObject({ ok: false, failedStep: 'a' });
  expect(await run.backward()).toEqual({ ok: true });
});

it.each([
  ['before any step', 1, []],
  ['in the first step', 2, ['undo a']],
  ['between two steps', 3, ['undo a']],
  ['in the last step', 6, ['undo b', 'undo a']],
  ['after the last step, before the point of no return', 7, ['undo b', 'undo a']],
])('a run that died %s is undone by the next process from the journal alone', async (_, lines, expected) => {
  const dead = world();
  const run = await begin(dead, book());
  await run.forward(calm);
  const journal = dead.text().split('\n').slice(0, lines).join('\n');

  const w = world();
  const state = lastRun(`${journal}\n{"event":"sta`)!;
  expect(state.outcome).toBeUndefined();
  expect(await Run.takeOver(optionsFor(w, book()), state).backward()).toEqual({ ok: true });
  expect(w.marks).toEqual(expected);
});

it('an undo that died half-way goes on where it was', async () => {
  const dead = world();
  const run = await begin(dead, book('b'));
  await run.forward(calm);
  await run.backward();
  const lines = dead.text().split('\n');
  const undone = lines.findIndex((line) => line.includes('"undone"'));
  const w = world();
  await Run.takeOver(optionsFor(w, book()), lastRun(lines.slice(0, undone + 1).join('\n'))!).backward();
  expect(w.marks).toEqual(['undo a']);
});

it('a run that succeeded can be reopened and undone, also by a process that comes after a second death', async () => {
  const w = world();
  const run = await begin(w, book());
  await run.forward(calm);
  await run.commit();
  const succeeded = lastRun(w.text())!;
  expect(succeeded).toMatchObject({ outcome: 'succeeded', committed: true, reopened: false });

  await Run.reopen(optionsFor(w, book()), succeeded, 'another target failed');
  const reopened = lastRun(w.text())!;
  expect(reopened).toMatchObject({ committed: false, reopened: true, open: ['a', 'look', 'b', 'tidy', 'sweep'] });
  expect(reopened.outcome).toBeUndefined();

  w.marks.length = 0;
  expect(await Run.takeOver(optionsFor(w, book()), reopened).backward()).toEqual({ ok: true });
  expect(w.marks).toEqual(['undo b', 'undo a']);
  expect(lastRun(w.text())).toMatchObject({ outcome: 'rolled-back' });
});

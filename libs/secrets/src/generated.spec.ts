import { isOpsError } from '@polydev/errors';
import { secretsWorkspace, type Person, type SecretsWorkspace } from '../testing/workspace';
import { fileText, parseFile } from './file-text';
import { formatHead, type Head } from './head';
import { readSecrets } from './index';
import { openedText, sealedText } from './sealed';

/** The same numbers at every run, so that a failure can be looked at again (mulberry32). */
const numbers = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

const ALPHABETS = [
  'abcXYZ019_',
  ' \t\r\n\u2028',
  `"'\\\`$(){}%#=;&|<>*?~`,
  '-BEGIN AGE ENCRYPTED FILE',
  'ключ中🔑\u0301\u202e\ufeff',
];

const generate = (seed: number) => {
  const next = numbers(seed);
  const upTo = (limit: number) => Math.floor(next() * limit);
  const letters = (alphabet: string, length: number) => {
    const all = Array.from(alphabet);
    return Array.from({ length }, () => all[upTo(all.length)] ?? '').join('');
  };
  const value = () => Array.from({ length: upTo(6) }, () => letters(ALPHABETS[upTo(5)] ?? '', upTo(12))).join('');
  const name = () => letters('ABCz_', 1) + letters('ABCz_019', upTo(20));
  const values = new Map([...Array(upTo(8)).keys()].map(() => [name(), value()] as const));
  const recipients = [...Array(1 + upTo(4)).keys()].map(() => ({
    key: `age1${letters('qpzry9x8gf2tvdw0', 58)}`,
    label: letters('ab-@. ключ', upTo(30)).trim(),
  }));
  const names = [...values.keys()].sort().map((one) => ({ name: one, setAt: '2026-03-01T08:00:00Z' }));
  const head: Head = { environment: `e${letters('abc-_0', upTo(9))}`, recipients, names };
  return { head, values };
};

it('whatever is written is read back as it was', () => {
  for (let seed = 0; seed < 3000; seed += 1) {
    const secrets = generate(seed);
    const headText = formatHead(secrets.head);
    const armored = '-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n';
    const read = parseFile(fileText(headText, armored));
    expect([seed, read]).toEqual([seed, { head: secrets.head, headText, armored }]);
    const opened = openedText(sealedText(secrets), read);
    if (opened.kind !== 'values') throw new Error(`${seed}: ${opened.reason}`);
    expect([seed, [...opened.values].sort()]).toEqual([seed, [...secrets.values].sort()]);
  }
});

describe('a file in which', () => {
  let w: SecretsWorkspace;
  let ops: Person;
  let lines: readonly string[];
  beforeAll(async () => {
    w = secretsWorkspace();
    ops = await w.person('ops');
    await w.create([ops, await w.person('ci')], { A: '1', B: '2', C: '3' });
    lines = w.text().trimEnd().split('\n');
  });
  afterAll(() => w.remove());

  const acceptedWith = async (changed: readonly string[]): Promise<boolean> => {
    w.write(`${changed.join('\n')}\n`);
    return readSecrets(w.as(ops)).then(
      () => true,
      (error: unknown) => {
        if (isOpsError(error)) return false;
        throw error;
      },
    );
  };
  /** Which of the changes, one for each line, go unnoticed. */
  const unnoticed = async (change: (index: number) => readonly string[]) => {
    const found: number[] = [];
    for (const index of lines.keys()) {
      const changed = change(index);
      if (changed.join('\n') !== lines.join('\n') && (await acceptedWith(changed))) found.push(index);
    }
    return found;
  };

  it('nothing was changed is read', async () => {
    expect(await acceptedWith(lines)).toBe(true);
  });

  it('any one line is missing is refused', async () => {
    expect(await unnoticed((index) => lines.toSpliced(index, 1))).toEqual([]);
  });

  it('any one line stands twice is refused', async () => {
    expect(await unnoticed((index) => lines.toSpliced(index, 0, lines[index] ?? ''))).toEqual([]);
  });

  it('any two neighbours have changed places is refused', async () => {
    const swapped = (at: number) =>
      at === 0 ? lines : lines.toSpliced(at - 1, 2, lines[at] ?? '', lines[at - 1] ?? '');
    expect(await unnoticed(swapped)).toEqual([]);
  });

  it('any one line has another character is refused', async () => {
    const flipped = (line: string, at: number) => {
      const place = at % Math.max(line.length, 1);
      return `${line.slice(0, place)}${line[place] === 'e' ? 'f' : 'e'}${line.slice(place + 1)}`;
    };
    expect(await unnoticed((index) => lines.with(index, flipped(lines[index] ?? '', index * 7)))).toEqual([]);
  });
});

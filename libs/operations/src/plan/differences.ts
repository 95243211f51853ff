import { factsOf, type Fact } from './facts';
import type { TargetPlan } from './target-plan';

/** What of all that decides is not as it was, one sentence each; empty exactly when the hashes agree. Pure. */
export const differences = (before: TargetPlan, now: TargetPlan): readonly string[] => {
  const was = byName(factsOf(before));
  const is = byName(factsOf(now));
  // What can be said of a host only where it was there both times says nothing that its coming and going does not.
  const names = [...new Set([...was.keys(), ...is.keys()])];
  return names.flatMap((name) => {
    const [old, current] = [was.get(name), is.get(name)];
    return old === undefined || current === undefined ? [] : changes(name, old, current);
  });
};

const byName = (facts: readonly Fact[]) => new Map(facts.map(({ name, value }) => [name, value]));

const changes = (name: string, was: Fact['value'], is: Fact['value']): readonly string[] => {
  if (typeof was === 'string' || typeof is === 'string') {
    return was === is ? [] : [`${name}: was ${String(was)}, is ${String(is)}`];
  }
  const added = is.filter((one) => !was.includes(one));
  const gone = was.filter((one) => !is.includes(one));
  const reordered = added.length + gone.length === 0 && was.join('\n') !== is.join('\n');
  return [
    ...added.map((one) => `${name}: ${one} is new`),
    ...gone.map((one) => `${name}: ${one} is gone`),
    ...(reordered ? [`${name}: was ${was.join(', ')}, is ${is.join(', ')}`] : []),
  ];
};

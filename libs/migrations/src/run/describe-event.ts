import { printableName } from '@polydev/errors';
import { describeFinding } from '../lint';
import { line, nameOf, seconds, type Line } from './line';
import type { MigrationEvent } from './events';

/** An event in lines for people; none for those whose end says it all. */
export const describeEvent = (event: MigrationEvent): readonly Line[] => {
  if ('migration' in event) return describeStep(event);
  switch (event.event) {
    case 'note':
      return [line(event.text)];
    case 'ahead':
      return [line(`the database is ahead of these files by ${event.migrations.map(nameOf).join(', ')}`, 'warning')];
    case 'pending':
      return [line(`${event.migrations.length} pending:`), ...event.migrations.map((one) => line(`  ${nameOf(one)}`))];
    case 'waiting':
      return [
        line(`waiting for ${printableName(event.by)}, who has been migrating this database since ${event.since}`),
      ];
    case 'finding': {
      const level = event.finding.allowed === undefined ? 'warning' : 'note';
      return [line(describeFinding(event.finding).join('\n'), level)];
    }
    case 'schema-busy':
      return [line(`other transactions hold a table that is needed to read the schema (${triesOf(event)})`, 'warning')];
    case 'tried':
      return [line(`tried on a shadow database in ${seconds(event.durationMs)}`)];
  }
};

type Step = Extract<MigrationEvent, { readonly migration: unknown }>;

const describeStep = (event: Step): readonly Line[] => {
  const name = nameOf(event.migration);
  switch (event.event) {
    case 'started':
      return [];
    case 'running':
      return [line(`${name}  has been running for ${seconds(event.forMs)}`)];
    case 'applied':
      return [line(`${name}  applied in ${seconds(event.durationMs)}`)];
    case 'already-applied':
      return [line(`${name}  was applied by another run`)];
    case 'lock-busy':
      return [line(`${name}: other transactions hold a lock that it needs (${triesOf(event)})`, 'warning')];
    case 'answer-lost': {
      const why = event.why === undefined ? '' : ` (${printableName(event.why)})`;
      return [line(`${name}: the answer was lost${why}; reading what the database recorded`, 'warning')];
    }
    case 'still-running':
      return [line(`${name}: its statement is still running in the database; waiting for it`)];
    case 'invalid-index-dropped':
      return [line(`${name}: dropped the invalid index ${event.index} that an interrupted build had left`)];
    case 'finished-earlier':
      return [line(`${name}: had taken effect before its run ended; recorded`)];
  }
};

type Tries = Pick<Extract<MigrationEvent, { readonly event: 'schema-busy' }>, 'attempt' | 'attempts' | 'nextInMs'>;

const triesOf = ({ attempt, attempts, nextInMs }: Tries): string =>
  `attempt ${attempt} of ${attempts}; again in ${seconds(nextInMs)}`;

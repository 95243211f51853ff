import { openDoor, parseDoor } from './door';
import { showOverview } from './show-overview';

/**
 * `overview [-c <environment>]`: one table of what every target of an environment runs, with its health and its URL.
 * Fails when something there needs a person.
 */
const overview = async (): Promise<void> => {
  const { values } = parseDoor('overview', { options: { configuration: { type: 'string', short: 'c' } } });
  process.exitCode = (await showOverview(values.configuration)) ? 0 : 1;
};

void openDoor(overview);

import { OpsError } from '@polydev/errors';
import type { Event, Report } from './events';

/** A report that puts its sentences into other words first. Tables and results are data and stay as they are. */
export const rewording =
  (report: Report, reword: (text: string) => string): Report =>
  (event) =>
    report(reworded(event, reword));

const reworded = (event: Event, reword: (text: string) => string): Event => {
  switch (event.kind) {
    case 'headline':
    case 'note':
    case 'outcome':
      return { ...event, text: reword(event.text) };
    case 'warning':
    case 'finding':
      return { ...event, text: reword(event.text), ...(event.hint === undefined ? {} : { hint: reword(event.hint) }) };
    case 'step':
      return event.detail === undefined ? event : { ...event, detail: reword(event.detail) };
    case 'error': {
      const { code, message, hint } = event.error;
      return { ...event, error: new OpsError(code, reword(message), reword(hint), { cause: event.error }) };
    }
    case 'table':
    case 'result':
      return event;
  }
};

import type { Line, MigrationEvent } from '@polydev/migrations';
import type { Report } from '@polydev/reporting';
import { engine } from './engine';

/** Says the lines of a migration run. */
export const tellLines = (lines: readonly Line[], report: Report): void => {
  for (const { level, text } of lines) report({ kind: level, text });
};

/** A listener for the engine that says what happens, in lines for people. */
export const teller = async (report: Report): Promise<(event: MigrationEvent) => void> => {
  const { describeEvent } = await engine();
  return (event) => tellLines(describeEvent(event), report);
};

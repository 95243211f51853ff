import { printableName } from '@polydev/errors';
import type { NamedMigration } from './events';

/** A line for people (several, where one explains the other). */
export interface Line {
  readonly level: 'note' | 'warning';
  readonly text: string;
}

export const line = (text: string, level: Line['level'] = 'note'): Line => ({ level, text });

/** A migration as its file is named, without the ending. */
export const nameOf = ({ version, name }: NamedMigration): string => printableName(`${version}_${name}`);

export const seconds = (ms: number): string => (ms < 100 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

import type { z } from 'zod';
import { didYouMean } from '../nearest';
import type { Complaint, KeyPath } from '../problem';
import { showValue } from '../problem';
import { knownKeys } from './walk';

/** One thing that a schema has against a value. */
export interface Finding extends Complaint {
  /** What stands at the path. */
  readonly value: unknown;
}

interface Subject {
  readonly schema: z.core.$ZodType;
  readonly data: unknown;
}

/** What stands at a path; undefined where nothing does. */
export const valueAt = (data: unknown, path: KeyPath): unknown =>
  path.reduce<unknown>((value, key) => {
    const inside = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    return inside ? (value as Record<string | number, unknown>)[key] : undefined;
  }, data);

const pathOf = (issue: z.core.$ZodIssue): KeyPath =>
  issue.path.map((key) => (typeof key === 'number' ? key : String(key)));

const unknownKeys = ({ schema, data }: Subject, path: KeyPath, keys: readonly string[]): readonly Finding[] => {
  const known = knownKeys(schema, path);
  return keys.map((key) => {
    const meant = didYouMean(key, known);
    const message = `unknown key${meant === '' ? `; known here are ${known.join(', ')}` : meant}`;
    return { path: [...path, key], part: 'key', message, value: valueAt(data, [...path, key]) };
  });
};

/** The words that would have been right, where the issue knows them. */
const wordsOf = (issue: z.core.$ZodIssue): readonly string[] => {
  const words: readonly unknown[] =
    issue.code === 'invalid_value'
      ? issue.values
      : issue.code === 'custom' && Array.isArray(issue.params?.['words'])
        ? issue.params['words']
        : [];
  return words.filter((word) => typeof word === 'string');
};

const wrongValue = ({ data }: Subject, issue: z.core.$ZodIssue): Finding => {
  const path = pathOf(issue);
  const value = valueAt(data, path);
  const meant = typeof value === 'string' ? didYouMean(value, wordsOf(issue)) : '';
  const isWithheld = issue.code === 'custom' && issue.params?.['withheld'] === true;
  if (value === undefined) return { path, part: 'key', message: `is missing; it ${issue.message}`, value };
  const message = isWithheld ? issue.message : `${issue.message}, is ${showValue(value)}${meant}`;
  return { path, part: 'value', message, value };
};

/** Of a union, the one alternative whose type fits says what is wrong; where none or several fit, the union does. */
const alternative = (issue: z.core.$ZodIssueInvalidUnion): readonly z.core.$ZodIssue[] => {
  const fitting = issue.errors.filter(
    (errors) => !errors.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  );
  const [only] = fitting.length === 1 ? fitting : [];
  return (only ?? []).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
};

const explain = (subject: Subject, issue: z.core.$ZodIssue): readonly Finding[] => {
  if (issue.code === 'unrecognized_keys') return unknownKeys(subject, pathOf(issue), issue.keys);
  if (issue.code === 'invalid_key') {
    const path = pathOf(issue);
    return [
      { path, part: 'key', message: issue.issues[0]?.message ?? issue.message, value: valueAt(subject.data, path) },
    ];
  }
  const inner = issue.code === 'invalid_union' ? alternative(issue) : [];
  return inner.length > 0 ? inner.flatMap((one) => explain(subject, one)) : [wrongValue(subject, issue)];
};

/** All that a schema has against some data, each with its place, in sentences. */
export const findingsOf = (subject: Subject, error: z.core.$ZodError): readonly Finding[] =>
  error.issues.flatMap((issue) => explain(subject, issue));

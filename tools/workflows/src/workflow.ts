import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { parseWorkflow } from '@actions/workflow-parser';
import { loadActions, type Actions } from './actions';

/** A value of a workflow: an expression is the string `${{ … }}`, in the parser's own form (text around it becomes `format()`). */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
export type Mapping = Readonly<Record<string, Value>>;

export interface Step {
  /** What it is called in messages. */
  readonly title: string;
  readonly id: string | undefined;
  /** Condition with its status function, as the parser completes it. */
  readonly condition: string;
  readonly uses: string | undefined;
  readonly run: string | undefined;
  readonly with: Mapping;
  readonly env: Mapping;
  readonly raw: Mapping;
}

export interface Job {
  readonly id: string;
  readonly needs: readonly string[];
  readonly condition: string;
  readonly environment: string | undefined;
  readonly outputs: Mapping;
  readonly env: Mapping;
  readonly steps: readonly Step[];
  readonly raw: Mapping;
}

export interface Workflow {
  readonly file: string;
  readonly text: string;
  readonly on: Mapping;
  readonly env: Mapping;
  readonly jobs: readonly Job[];
  readonly raw: Mapping;
}

/** Reads a workflow with GitHub's parser. Throws all that the parser finds wrong. */
export const readWorkflow = (path: string): Promise<Workflow> => parseText(basename(path), readFileSync(path, 'utf8'));

/** The same for a text. */
export const parseText = async (file: string, text: string): Promise<Workflow> => {
  const actions = await loadActions();
  const { parser } = actions;
  const { context, value } = parser.parseWorkflow({ name: file, content: text }, new parser.NoOperationTraceWriter());
  const errors = context.errors.getErrors().map(({ message }) => message);
  if (value === undefined || errors.length > 0) throw new Error(`${file} is no workflow:\n${errors.join('\n')}`);
  const template = await parser.convertWorkflowTemplate(context, value);
  const raw = mappingOf(plain(actions, value));
  const rawJobs = mappingOf(raw['jobs']);
  return {
    file,
    text,
    on: eventsOf(raw['on']),
    env: mappingOf(raw['env']),
    jobs: template.jobs.map((job) => {
      const own = mappingOf(rawJobs[job.id.value]);
      const steps = job.type === 'job' ? job.steps : [];
      return {
        id: job.id.value,
        needs: (job.needs ?? []).map((need) => need.value),
        condition: job.if.expression,
        environment: nameOf(own['environment']),
        outputs: mappingOf(own['outputs']),
        env: mappingOf(own['env']),
        steps: listOf(own['steps']).map((step, index) => readStep(mappingOf(step), steps[index]?.if?.expression)),
        raw: own,
      };
    }),
    raw,
  };
};

type Token = NonNullable<ReturnType<typeof parseWorkflow>['value']>;

/** A tree of tokens as plain values. */
const plain = (actions: Actions, token: Token): Value => {
  const { parser } = actions;
  if (parser.isMapping(token)) {
    return Object.fromEntries([...token].map(({ key, value }) => [key.toString(), plain(actions, value)]));
  }
  if (parser.isSequence(token)) return [...token].map((item) => plain(actions, item));
  if (parser.isBasicExpression(token)) return `\${{ ${token.expression} }}`;
  if (parser.isString(token) || parser.isNumber(token) || parser.isBoolean(token)) return token.value;
  return null;
};

const readStep = (raw: Mapping, condition = 'success()'): Step => {
  const [id, name, uses, run] = ['id', 'name', 'uses', 'run'].map((key) => textOf(raw[key]));
  return {
    title: name ?? uses ?? run ?? '',
    id,
    condition,
    uses,
    run,
    with: mappingOf(raw['with']),
    env: mappingOf(raw['env']),
    raw,
  };
};

const eventsOf = (on: Value | undefined): Mapping =>
  typeof on === 'string'
    ? { [on]: null }
    : Array.isArray(on)
      ? Object.fromEntries(on.map((event) => [String(event), null]))
      : mappingOf(on);

const nameOf = (environment: Value | undefined): string | undefined =>
  textOf(environment) ?? textOf(mappingOf(environment)['name']);

export const mappingOf = (value: Value | undefined): Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
export const listOf = (value: Value | undefined): readonly Value[] =>
  Array.isArray(value) ? (value as readonly Value[]) : [];
export const textOf = (value: Value | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

import type { data } from '@actions/expressions';
import type { Actions } from './actions';
import type { Mapping, Value } from './workflow';

/** What an expression may look at: `github`, `needs`, `secrets` … */
export type Contexts = Readonly<Record<string, Value>>;

/** How things stand where the expression is evaluated: what `success()` and its like answer. */
export interface Standing {
  readonly succeeded: boolean;
  readonly failed: boolean;
  readonly cancelled: boolean;
}

/** Evaluates an expression with GitHub's evaluator. */
export const evaluate = (
  { expressions: { Lexer, Parser, Evaluator, data } }: Actions,
  expression: string,
  { contexts, standing }: { readonly contexts: Contexts; readonly standing?: Standing },
): Value => {
  const functions = standing === undefined ? [] : statusFunctions(standing, data.BooleanData);
  const tree = new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), functions).parse();
  const revived = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
  const answer = new Evaluator(tree, revived, new Map(functions.map((one) => [one.name, one]))).evaluate();
  return JSON.parse(JSON.stringify(answer, data.replacer)) as Value;
};

const statusFunctions = ({ succeeded, failed, cancelled }: Standing, Boolean: typeof data.BooleanData) =>
  Object.entries({ success: succeeded, failure: failed, cancelled, always: true }).map(([name, answer]) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new Boolean(answer),
  }));

/** Whether a condition holds; what counts as true is the same as on GitHub. */
export const holds = (
  actions: Actions,
  condition: string,
  at: { readonly contexts: Contexts; readonly standing: Standing },
): boolean => evaluate(actions, `!!(${condition})`, at) === true;

const EXPRESSION = /^\$\{\{([^]*)\}\}$/;

/** A value as text, as it reaches a step: its expression evaluated. */
export const textValue = (actions: Actions, value: Value, contexts: Contexts): string => {
  const [, expression] = EXPRESSION.exec(typeof value === 'string' ? value : '') ?? [];
  const answer = expression === undefined ? value : evaluate(actions, expression, { contexts });
  if (answer === null) return '';
  return typeof answer === 'object' ? JSON.stringify(answer) : String(answer);
};

/** Each value of a mapping as text. */
export const textValues = (actions: Actions, mapping: Mapping, contexts: Contexts): Record<string, string> =>
  Object.fromEntries(Object.entries(mapping).map(([name, value]) => [name, textValue(actions, value, contexts)]));

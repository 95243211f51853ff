import type { Migration } from '../migration';
import type { LineComment, Statements } from './statements';

const NO_TRANSACTION = 'no-transaction';
const ALLOW = /^lint:\s*allow\s+([\w-]+)\s*:?\s*(.*)$/;

/** What a file's comments say to us, and what is wrong with how they say it. */
export interface Directives extends Pick<Migration, 'transaction' | 'allowed'> {
  readonly problems: readonly { readonly line: number; readonly text: string }[];
}

/** Reads `-- no-transaction` and `-- lint: allow <rule>: <reason>`. */
export const directivesOf = ({ comments, statements }: Pick<Statements, 'comments' | 'statements'>): Directives => {
  const alone = comments.find(({ text }) => text === NO_TRANSACTION);
  const first = statements[0]?.line ?? Infinity;
  const allows = comments.filter(({ text }) => text.startsWith('lint:')).map(readAllow);
  return {
    transaction: alone ? 'none' : 'file',
    allowed: allows.flatMap((one) => ('rule' in one ? [{ rule: one.rule, reason: one.reason }] : [])),
    problems: [
      ...(alone && alone.line > first
        ? [{ line: alone.line, text: '`-- no-transaction` stands after the statement that it is about' }]
        : []),
      ...allows.flatMap((one) => ('problem' in one ? [{ line: one.line, text: one.problem }] : [])),
    ],
  };
};

const readAllow = ({
  text,
  line,
}: LineComment):
  { readonly rule: string; readonly reason: string } | { readonly line: number; readonly problem: string } => {
  const [, rule, reason] = ALLOW.exec(text) ?? [];
  if (!rule) return { line, problem: 'a `-- lint:` comment has the form `-- lint: allow <rule>: <reason>`' };
  return reason ? { rule, reason } : { line, problem: `\`-- lint: allow ${rule}\` gives no reason after a colon` };
};

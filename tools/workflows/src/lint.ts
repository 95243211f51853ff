import { createHash } from 'node:crypto';
import { loadActions, type TextDocument } from './actions';

/** What GitHub's own linter says of a workflow, a line each: `12: Unexpected value 'foo'`. */
export const lint = async (file: string, text: string): Promise<readonly string[]> => {
  const { service } = await loadActions();
  // The linter remembers what it parsed by the address.
  const version = createHash('sha256').update(text).digest('hex');
  const document = textDocument(`file:///${version}/.github/workflows/${file}`, text);
  const found = await service.validate(document);
  return found.map(({ range, message }) => `${range.start.line + 1}: ${message}`);
};

/** A document as the language server protocol has it, as far as the linter asks. */
const textDocument = (uri: string, text: string): TextDocument => ({
  uri,
  languageId: 'yaml',
  version: 1,
  lineCount: text.split('\n').length,
  getText: () => text,
  offsetAt: ({ line, character }) => text.split('\n').slice(0, line).join('\n').length + (line > 0 ? 1 : 0) + character,
  positionAt: (offset) => {
    const before = text.slice(0, offset).split('\n');
    return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  },
});

import type { Event } from '@polydev/reporting';
import type { Finding } from '../operations';
import { reportFindings } from './report-findings';

const finding = (level: Finding['level'], code: string): Finding => ({
  level,
  code,
  message: `${code}.`,
  hint: 'Mend it.',
});
const said = (...findings: Finding[]) => {
  const events: Event[] = [];
  reportFindings(findings, (event) => void events.push(event));
  return events.map((event) => (event.kind === 'finding' ? event.code : event.kind === 'outcome' ? event.text : ''));
};

it('says notes first, errors last, each group in its order, and how many there are', () => {
  expect(said(finding('error', 'A'), finding('warning', 'B'), finding('note', 'C'), finding('error', 'D'))).toEqual([
    ...['C', 'B', 'A', 'D'],
    '2 errors, 1 warning; nothing was touched.',
  ]);
});

it('does not count where there is no error', () => {
  expect(said(finding('error', 'A'))).toEqual(['A', '1 error; nothing was touched.']);
  expect(said(finding('warning', 'B'))).toEqual(['B']);
});

it('says what was found twice once', () => {
  const onHost = { ...finding('error', 'A'), host: 'web-1' };
  expect(said(finding('error', 'A'), onHost, finding('error', 'A'), onHost)).toEqual([
    ...['A', 'A'],
    '2 errors; nothing was touched.',
  ]);
});

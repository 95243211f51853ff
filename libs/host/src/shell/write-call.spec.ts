import { writeError } from './write-call';

test.each([
  [28, 'No space left on device', 'DISK_FULL'],
  [122, 'Disk quota exceeded', 'DISK_FULL'],
  [1, 'Operation not permitted', 'NO_PERMISSION'],
  [13, 'Permission denied', 'NO_PERMISSION'],
  [30, 'Read-only file system', 'NO_PERMISSION'],
  [20, 'Not a directory', 'WRITE_FAILED'],
])('errno %d, %s, is %s, and names file, host and reason', (...[number, text, code]) => {
  const error = writeError({ host: 'api-1', path: '/opt/x', number, text });

  expect(error.code).toBe(code);
  for (const fact of ['api-1', '/opt/x', text]) expect(error.message).toContain(fact);
});

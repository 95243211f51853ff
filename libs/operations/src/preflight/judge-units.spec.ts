import { judgeUnits } from './judge-units';

test('units that are as the manifest means them are no finding', () => {
  expect(judgeUnits('web-1', [{ target: 'api', missing: [], outdated: [], down: [] }])).toEqual([]);
});

test('what is missing and what is outdated is named in one finding for each target, with the command', () => {
  const [finding, ...more] = judgeUnits('web-1', [
    { target: 'api', missing: ['polydev-api.service'], outdated: ['polydev-api.socket'], down: [] },
  ]);
  expect(more).toEqual([]);
  expect(finding).toMatchObject({
    level: 'error',
    code: 'SETUP_NEEDED',
    message:
      'web-1 lacks polydev-api.service and has polydev-api.socket as an earlier manifest, or version of this tool, meant them.',
    hint: expect.stringContaining('npx nx run api:setup') as string,
  });
});

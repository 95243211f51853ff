import { planSystemTools, type Machine, type SystemTool } from './system-tools';

const rsync: SystemTool = { programs: ['rsync'], debianPackage: 'rsync', neededFor: 'copying' };
const browser: SystemTool = {
  programs: ['chromium'],
  debianPackage: 'chromium',
  ubuntuPackage: 'chromium-browser',
  neededFor: 'pages',
};
const linter: SystemTool = { programs: ['lint'], debianPackage: 'lint', neededFor: 'style', optional: true };
const debian: Machine = { isRoot: false, hasApt: true, isUbuntu: false };

describe('programs that npm cannot install', () => {
  test('nothing is done where nothing is missing', () => {
    expect(planSystemTools([], { ...debian, isRoot: true })).toEqual({ kind: 'complete' });
  });

  test('root gets them installed, under the name of the distribution', () => {
    const root = { ...debian, isRoot: true };
    expect(planSystemTools([rsync, browser], root)).toEqual({ kind: 'install', packages: ['rsync', 'chromium'] });
    expect(planSystemTools([browser], { ...root, isUbuntu: true })).toEqual({
      kind: 'install',
      packages: ['chromium-browser'],
    });
  });

  test('anybody else is told what each is for and the one command that installs them', () => {
    expect(planSystemTools([rsync, browser], debian)).toEqual({
      kind: 'ask',
      message: [
        'Programs are missing on this machine:',
        '  rsync: copying',
        '  chromium: pages',
        'Install them, then run this again:',
        '  sudo apt-get install -y rsync chromium',
      ].join('\n'),
    });
  });

  test('without apt-get the package names are said, root or not', () => {
    const plan = planSystemTools([rsync], { isRoot: true, hasApt: false, isUbuntu: false });
    expect(plan).toMatchObject({
      kind: 'ask',
      message: expect.stringContaining('on Debian the packages are called rsync'),
    });
  });

  test('nobody is asked for what is optional alone', () => {
    expect(planSystemTools([linter], debian)).toEqual({ kind: 'complete' });
    expect(planSystemTools([linter], { ...debian, isRoot: true })).toEqual({ kind: 'install', packages: ['lint'] });
  });
});

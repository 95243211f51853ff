import { NOTHING, startStandIn, type StandIn } from '../../testing/stand-in';
import { sampleDeployments, sampleTargets } from '../../testing/sample';
import { loadOverview } from './load-overview';

describe('loadOverview', () => {
  let controller: StandIn;
  beforeEach(async () => {
    controller = await startStandIn();
  });
  afterEach(() => controller.close());

  it('gives targets and history, and the files that could not be read of both', async () => {
    const now = Date.now();
    const targets = { ...sampleTargets(now), unreadable: ['a'] };
    const deployments = { ...sampleDeployments(now), unreadable: ['b'] };
    controller.answer({ targets, deployments });
    expect(await loadOverview(controller.url)).toEqual({
      kind: 'loaded',
      targets: targets.targets,
      deployments: deployments.deployments,
      total: 38,
      unreadable: ['a', 'b'],
    });
  });

  it.each([
    [
      'the controller’s own words when it fails',
      {
        status: 500,
        body: JSON.stringify({ code: 'X', message: 'The state cannot be read.', hint: 'Set STATE_DIR.' }),
      },
      '/api/targets answered 500: The state cannot be read. Set STATE_DIR.',
    ],
    ['so when it fails without a word', { status: 502, body: '<html>' }, '/api/targets answered 502: no reason given'],
    [
      'that something else answers there',
      { status: 200, body: '<html>' },
      'What answers there is not the controller: the answer is not JSON.',
    ],
    [
      'that the answer is of another version',
      { status: 200, body: '{"targets":[{"name":"frontend"}]}' },
      '/api/targets answered with something that this dashboard does not know; are both of one version?',
    ],
  ])('says %s', async (_, failure, why) => {
    controller.answer({ ...NOTHING, failure });
    expect(await loadOverview(controller.url)).toEqual({ kind: 'unavailable', url: controller.url, why });
  });

  it('says that nothing listens there', async () => {
    const { url } = controller;
    await controller.close();
    expect(await loadOverview(url)).toEqual({ kind: 'unavailable', url, why: 'Nothing listens there.' });
    controller = await startStandIn();
  });
});

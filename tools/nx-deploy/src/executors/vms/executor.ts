import type { ExecutorContext } from '@nx/devkit';
import { optionInvalid } from '@polydev/errors';
import { listVms, startVms, stopVms } from '@polydev/operations';
import { assertMay } from '../../access/rules';
import { imageProgram, requireGoldenImage } from '../../images/image-program';
import { deployer } from '../../run/deployment-run';
import { environmentOf, givenTo, targetOf } from '../environment';
import { type GivenOptions, parseOptions } from '../options';
import { reportingErrors, type TaskResult } from '../reporting-errors';
import type { VmsOptions } from './schema';
import { vmEvents } from './vm-events';

const OPTIONS = {
  target: 'inferred',
  manifest: 'inferred',
  start: 'count',
  stop: 'text',
  host: 'text',
  json: 'flag',
} as const;

/** `nx run <project>:vms [--start=<n> | --stop=<id>|all]`: lists the VMs of a golden image, starts some, or stops some. */
export default function vmsExecutor(given: VmsOptions, context: ExecutorContext): Promise<TaskResult> {
  return reportingErrors(given, async (tools) => {
    const request = givenTo(context, given);
    const options = parseOptions(OPTIONS, request);
    const { start, stop, host } = options;
    refuseBoth({ start, stop }, request);
    const environment = environmentOf(context, options);
    const target = targetOf(environment, options);
    requireGoldenImage(target, environment, options.manifest);
    if (start !== undefined || stop !== undefined) await assertMay(environment, 'start and stop VMs');
    const input = { ...tools, environment, target, imageProgram: await imageProgram(), by: deployer() };
    const act = async () => {
      if (start !== undefined)
        return { did: 'started', vms: await startVms({ ...input, count: start, host }) } as const;
      if (stop !== undefined) return { did: 'stopped', vms: await stopVms({ ...input, id: stop }) } as const;
      return { did: 'listed', vms: await listVms(input) } as const;
    };
    const { did, vms } = await act();
    if (options.json) tools.report({ kind: 'result', value: vms });
    else vmEvents(vms, did).forEach(tools.report);
    return true;
  });
}

const refuseBoth = (
  { start, stop }: { readonly start: number | undefined; readonly stop: string | undefined },
  { task, help }: GivenOptions,
): void => {
  if (start === undefined || stop === undefined) return;
  const problems = ['--start and --stop: give one of them'];
  throw optionInvalid({ task, problems, options: ['--start', '--stop'], ...(help === undefined ? {} : { help }) });
};

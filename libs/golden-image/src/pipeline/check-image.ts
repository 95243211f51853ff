import { imageNotChecked, imageRejected } from '@polydev/errors';
import { imagesLayout } from '../layout';
import { activeId, recordRejection } from '../store';
import { workName } from '../store/durable';
import type { AgentSource, CheckRequest, CheckResult, PipelineParts } from './parts';
import { step, type Timed } from './step';

type Check = Pick<CheckRequest, 'image' | 'depth'> & { readonly source: AgentSource };

/**
 * Boots an image; returns what was measured when it is good. Throws IMAGE_REJECTED when it is not, and keeps console and verdict
 * for people; throws IMAGE_NOT_CHECKED where the machine was at fault. `active` is not touched.
 */
export const checkImage = async (parts: PipelineParts, check: Check): Promise<Timed<CheckResult>> => {
  const directory = workName(imagesLayout(parts.settings.root), 'check');
  const { image, depth, source } = check;
  const checked = await step(parts, {
    name: 'validate',
    doing: `booting ${image.id}`,
    work: () => parts.check({ image, depth, digest: source.digest, directory, signal: parts.signal }),
    detail: ({ verdict, bootMs, driver, accelerator }) =>
      `${verdict}${verdict === 'ready' ? ` after ${seconds(bootMs)}` : ''} (${driver === 'process' ? 'no VM' : `${driver}, ${accelerator}`})`,
  });
  if (checked.result.verdict !== 'ready') throw await refusal(parts, check, checked.result);
  return checked;
};

/** `4.6 s` */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const refusal = async (parts: PipelineParts, { image: { id }, source }: Check, result: CheckResult) => {
  const layout = imagesLayout(parts.settings.root);
  const { verdict, detail, console, driver, accelerator, machine } = result;
  const facts = { id, active: await activeId(layout), detail, console };
  if (verdict === 'infrastructure') return imageNotChecked(facts);
  const at = parts.now().toISOString();
  const rejection = { id, verdict, detail, ...source, at, driver, accelerator, machine, console };
  // What was seen is told in any case, also where the disk is full.
  const file = await recordRejection(layout, rejection).catch((error: unknown) => `no file: ${String(error)}`);
  return imageRejected({ ...facts, verdict, file });
};

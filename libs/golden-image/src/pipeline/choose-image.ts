import type { ImageActivation } from '@polydev/contract';
import { imageAmbiguous, imageGone, imageUnknown, type RetainedImage } from '@polydev/errors';
import type { ImagesLayout } from '../layout';
import { activeId, previousId, readActivations, readImages, type StoredImage } from '../store';
import type { AgentSource } from './parts';

/** What to go back to: the image that was active with a commit, or one by its id. Both may be shortened. */
export type Wanted = { readonly sha: string } | { readonly image: string };

export interface Choice {
  readonly image: StoredImage;
  readonly source: AgentSource;
}

/**
 * Returns the image that was active with a SHA last, though several commits may share it, or the one with an id. Throws
 * IMAGE_UNKNOWN or IMAGE_GONE with what there is, IMAGE_AMBIGUOUS with what it could be.
 */
export const chooseImage = async (layout: ImagesLayout, wanted: Wanted): Promise<Choice> => {
  const [images, activations] = await Promise.all([readImages(layout), readActivations(layout)]);
  const word = 'sha' in wanted ? wanted.sha : wanted.image;
  const activation = 'sha' in wanted ? bySha(activations, word) : byImage(activations, images, word);
  if (!activation) throw imageUnknown({ wanted: word, retained: await retained(layout) });
  const image = images.find(({ id }) => id === activation.id);
  if (!image) throw imageGone({ wanted: word, id: activation.id, retained: await retained(layout) });
  const { sha, digest, release } = activation;
  return { image, source: { sha, digest, release } };
};

/** Images that there are, newest activation first, with the commits of each. */
export const retained = async (layout: ImagesLayout): Promise<readonly RetainedImage[]> => {
  const [images, activations] = await Promise.all([readImages(layout), readActivations(layout)]);
  const [active, previous] = await Promise.all([activeId(layout), previousId(layout)]);
  const newestFirst = activations.toReversed();
  const rank = (id: string) => {
    const index = newestFirst.findIndex((activation) => activation.id === id);
    return index === -1 ? newestFirst.length : index;
  };
  return images
    .toSorted((a, b) => rank(a.id) - rank(b.id))
    .map((image) => {
      const shas = newestFirst.filter(({ id }) => id === image.id).map(({ sha }) => sha);
      return { id: image.id, shas: [...new Set(shas)], state: stateOf(image, { active, previous }) };
    });
};

interface Pointers {
  readonly active: string | undefined;
  readonly previous: string | undefined;
}

const stateOf = (image: StoredImage, { active, previous }: Pointers): string => {
  const role = image.id === active ? 'active' : image.id === previous ? 'previous' : 'retained';
  return image.state === 'damaged' ? `${role}, damaged: ${image.reason}` : role;
};

type Found = Pick<ImageActivation, 'id' | 'sha' | 'digest' | 'release'>;

const bySha = (activations: readonly ImageActivation[], sha: string): Found | undefined => {
  const matching = activations.filter((activation) => sha !== '' && activation.sha.startsWith(sha));
  refuseSeveral(
    sha,
    matching.map((activation) => activation.sha),
  );
  return matching.at(-1);
};

const byImage = (
  activations: readonly ImageActivation[],
  images: readonly StoredImage[],
  id: string,
): Found | undefined => {
  const known = [...images, ...activations]
    .map((image) => image.id)
    .filter((known) => id !== '' && known.startsWith(id));
  refuseSeveral(id, known);
  const [exact] = known;
  const stored = images.find((image) => image.id === exact)?.manifest;
  return (
    activations.findLast((activation) => activation.id === exact) ?? (stored && { id: stored.id, ...stored.source })
  );
};

const refuseSeveral = (wanted: string, found: readonly string[]): void => {
  const matches = [...new Set(found)];
  if (matches.length > 1) throw imageAmbiguous({ wanted, matches });
};

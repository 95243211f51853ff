import { goldenImageStory, STORY_MS } from '../testing/golden-image-story';

jest.setTimeout(STORY_MS);

describe('the golden image of an agent, with the driver process', () => {
  goldenImageStory({ driver: 'process', proof: /ready, booted in \d+\.\d s, no VM/, brief: true });
});

import { goldenImageStory, STORY_MS } from '../testing/golden-image-story';

jest.setTimeout(STORY_MS);

// Boots some twenty VMs, so it runs with the trials.
describe('the golden image of an agent, with the driver qemu', () => {
  goldenImageStory({ driver: 'qemu', proof: /ready, booted in \d+\.\d s, a clone in \d+\.\d s, qemu\/(?:tcg|kvm)/ });
});

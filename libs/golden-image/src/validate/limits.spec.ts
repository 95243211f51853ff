import { BOOT_LIMITS, limitsUnder } from './limits';

it.each([
  [0.1, 2, 1],
  [2, 2, 1],
  [6, 2, 3],
  [64, 2, 4],
])('with a load of %d on %d processors a guest has %d times as long', (load, processors, factor) => {
  const { initMs, waitingMs, readyMs } = limitsUnder(BOOT_LIMITS, load, processors);
  expect([initMs, waitingMs, readyMs]).toEqual(
    [BOOT_LIMITS.initMs, BOOT_LIMITS.waitingMs, BOOT_LIMITS.readyMs].map((ms) => ms * factor),
  );
});

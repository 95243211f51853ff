import { Histogram } from './histogram';

const histogramOf = (values: readonly number[]) => {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
};

describe('a histogram of durations', () => {
  it('knows quantiles to three percent, from microseconds to minutes', () => {
    for (const unit of [0.001, 0.1, 1, 60]) {
      const histogram = histogramOf(Array.from({ length: 1000 }, (_, index) => (index + 1) * unit));
      for (const [share, exact] of [
        [0.5, 500],
        [0.99, 990],
      ] as const) {
        expect(histogram.quantile(share)).toBeGreaterThanOrEqual(exact * unit * 0.999);
        expect(histogram.quantile(share)).toBeLessThanOrEqual(exact * unit * 1.033);
      }
      expect(histogram.longest).toBe(1000 * unit);
    }
  });

  it('never claims more than the longest value', () => {
    expect(histogramOf([1.001]).quantile(1)).toBe(1.001);
  });

  it('is zero where there is nothing', () => {
    expect(histogramOf([]).quantile(0.99)).toBe(0);
  });
});

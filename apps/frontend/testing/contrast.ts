import type { Page } from 'playwright-core';

/** What WCAG 2.2 (success criterion 1.4.3) asks of text of ordinary size. */
const ENOUGH = 4.5;

/** Texts of a page that stand out too little from what is behind them, each with its ratio. */
export async function lowContrasts(page: Page): Promise<readonly string[]> {
  const found = await page.evaluate(measureContrasts);
  return found.filter(({ ratio }) => ratio < ENOUGH).map(({ text, ratio }) => `${text}: ${ratio.toFixed(2)}`);
}

/** Runs in the page. Relative luminance and contrast ratio as WCAG 2.2 defines them. */
function measureContrasts(): { text: string; ratio: number }[] {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
  const rgba = (color: string): number[] => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (color: number[]): number => {
    const [red = 0, green = 0, blue = 0] = color.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element: Element | null): number[] => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  return [...document.querySelectorAll('body *')]
    .filter((element) => element.checkVisibility() && !element.closest('script, noscript, title'))
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()))
    .map((element) => {
      const [light = 0, dark = 0] = [luminance(rgba(getComputedStyle(element).color)), luminance(behind(element))].sort(
        (a, b) => b - a,
      );
      return { text: element.textContent.trim().slice(0, 40), ratio: (light + 0.05) / (dark + 0.05) };
    });
}

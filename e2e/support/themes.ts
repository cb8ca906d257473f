import { type Page, expect } from '@playwright/test';
import { readRun } from './run-file';

export type Theme = 'light' | 'dark';

/** Opens a page of the console as somebody who chose this theme before: the server draws it so, before any script runs. */
export async function openInTheme(page: Page, path: string, theme: Theme): Promise<void> {
  const { console: url } = readRun();
  await page.context().addCookies([{ name: 'heddle-theme', value: theme, url }]);
  const answer = await page.goto(url + path);
  expect(await answer?.text()).toMatch(new RegExp(`<html[^>]* data-theme="${theme}"`));
}

/** Draws the open page in another theme, in place, as the switch of the shell does; two frames later canvases are on the screen too. */
export async function switchTheme(page: Page, theme: Theme): Promise<void> {
  await page.evaluate(`new Promise((drawn) => {
    document.documentElement.dataset.theme = '${theme}';
    window.dispatchEvent(new Event('heddle:theme'));
    requestAnimationFrame(() => requestAnimationFrame(drawn));
  }).then(() => undefined)`);
}

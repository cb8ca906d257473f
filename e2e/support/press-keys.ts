import { type Page, expect } from '@playwright/test';

/** Presses keys of the shell (`g h`, `Control+k`), one after the other, once the page hears them. */
export async function pressKeys(page: Page, ...keys: string[]): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-keys', 'on');
  for (const key of keys) await page.keyboard.press(key);
}

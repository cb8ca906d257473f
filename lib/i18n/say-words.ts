import { createTranslator } from 'use-intl/core';
import { en } from './en';

/** A message of the catalogue's `words` with its values, and its English form for readers of the API. */
export interface Words {
  code: string;
  values: Record<string, string | number>;
  text: string;
}

export type WordsCode = keyof typeof en.words;

// The values a code wants are only known at run time: the translator's own type would ask for them per code.
const say = createTranslator({ locale: 'en', messages: en.words }) as unknown as (
  code: WordsCode,
  values: Record<string, string | number>,
) => string;

/** Makes a sentence. */
export function sayWords(code: WordsCode, values: Record<string, string | number> = {}): Words {
  return { code, values, text: say(code, values) };
}

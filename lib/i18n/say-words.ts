import { createTranslator } from 'use-intl/core';
import { en } from './en';

/** A message with its values, and its English form for readers of the API. */
export interface Words {
  code: string;
  values: Record<string, string | number>;
  text: string;
}

export type WordsCode = keyof typeof en.words;

type Values = Record<string, string | number>;

/** Sentences of one's own, for who keeps them beside what they speak of (a kind of objects); `messages` are in English, by code. */
export function wordsOf<Code extends string>(messages: Readonly<Record<Code, string>>): (code: Code, values?: Values) => Words {
  // The values a code wants are only known at run time: the translator's own type would ask for them per code.
  const say = createTranslator({ locale: 'en', messages: messages as Record<string, string> }) as unknown as (
    code: Code,
    values: Values,
  ) => string;
  return (code, values = {}) => ({ code, values, text: say(code, values) });
}

/** Makes a sentence of the catalogue's `words`. */
export const sayWords: (code: WordsCode, values?: Values) => Words = wordsOf(en.words);

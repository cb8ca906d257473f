export { messagesOf } from './catalogue';
export type { Locale, Messages } from './catalogue';
export { sayWords, wordsOf } from './say-words';
export type { Words, WordsCode } from './say-words';

export { messagesOf } from './catalogue';
export type { Locale, Messages } from './catalogue';
export { sayWords } from './say-words';
export type { Words, WordsCode } from './say-words';

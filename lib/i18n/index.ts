import { common } from './en/common';
import { shell } from './en/shell';

/**
 * The message catalogue: every text a user sees, one file per page in `en/`, in ICU message syntax.
 * The English files are the type: another language has the same keys or does not compile.
 */
export const messages = { common, shell };

export type Messages = typeof messages;
export type Locale = 'en';

declare module 'use-intl' {
  interface AppConfig {
    Messages: Messages;
    Locale: Locale;
  }
}

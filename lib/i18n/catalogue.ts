import type { AppConfig } from 'use-intl';
import { en } from './en';

type Texts<Shape> = { readonly [Key in keyof Shape]: Shape[Key] extends string ? string : Texts<Shape[Key]> };

/** The shape every language has: English decides the keys. */
export type Messages = Texts<typeof en>;

export const locales = ['en'] as const;
export type Locale = (typeof locales)[number];

/** What `use-intl` is told below; naming it here is what makes the module known to the compiler. */
export type IntlConfig = AppConfig;

const catalogues: Record<Locale, Messages> = { en };

/** The messages of a language. Typed as the English ones: their literal texts are what tells the compiler which values a message wants. */
export function messagesOf(locale: Locale): typeof en {
  return catalogues[locale] as typeof en;
}

declare module 'use-intl' {
  interface AppConfig {
    Locale: Locale;
    Messages: typeof en;
  }
}

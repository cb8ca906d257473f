import { createTranslator } from 'use-intl/core';
import { describe, expect, it } from 'vitest';
import { messagesOf, sayWords, wordsOf } from '.';

describe('the catalogue', () => {
  it('makes sentences with their values', () => {
    expect(sayWords('change_create', { kind: 'Gateway', name: 'edge' })).toEqual({
      code: 'change_create',
      values: { kind: 'Gateway', name: 'edge' },
      text: 'Gateway edge is created.',
    });
    const say = wordsOf({ again: '{count, plural, one {again once} other {again # times}}' });
    expect(say('again', { count: 1 })).toEqual({ code: 'again', values: { count: 1 }, text: 'again once' });
  });

  it('has only messages that can be read', () => {
    const failures: string[] = [];
    const translate = createTranslator({
      locale: 'en',
      messages: messagesOf('en') as unknown as Record<string, never>,
      onError: (error) => failures.push(error.message),
    }) as unknown as (key: string, values: Record<string, unknown>) => string;
    const visit = (node: object, path: string): void => {
      for (const [key, value] of Object.entries(node)) {
        if (typeof value === 'object' && value !== null) visit(value, `${path}${key}.`);
        else {
          const names = [...String(value).matchAll(/\{(\w+)/g)].map((match) => match[1] ?? '');
          translate(`${path}${key}`, Object.fromEntries(names.map((name) => [name, 1])));
        }
      }
    };
    visit(messagesOf('en'), '');
    expect(failures).toEqual([]);
  });
});

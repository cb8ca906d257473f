import { createTranslator } from 'use-intl/core';
import { describe, expect, it } from 'vitest';
import { messagesOf, sayWords } from '.';

describe('the catalogue', () => {
  it('makes sentences with their values', () => {
    expect(sayWords('change_weight', { service: 'reviews', destination: 'v2', before: 0, after: 10 })).toEqual({
      code: 'change_weight',
      values: { service: 'reviews', destination: 'v2', before: 0, after: 10 },
      text: 'Requests to reviews: v2 from 0 % to 10 %.',
    });
    expect(sayWords('change_retries_set', { service: 'a', attempts: 1, each: '' }).text).toContain('again once.');
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

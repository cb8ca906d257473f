import { describe, expect, it } from 'vitest';
import { isCovered, regionOf } from './match-space';

const region = (match: Parameters<typeof regionOf>[0]) => regionOf(match);

describe('isCovered', () => {
  it.each([
    ['a longer prefix by a shorter one', { uri: { prefix: '/a/b' } }, [{ uri: { prefix: '/a' } }], true],
    ['a shorter prefix by a longer one', { uri: { prefix: '/a' } }, [{ uri: { prefix: '/a/b' } }], false],
    ['an exact path by a regex that matches it', { uri: { exact: '/v12' } }, [{ uri: { regex: '/v[0-9]+' } }], true],
    ['a regex by the prefix it begins with', { uri: { regex: '/api/v[0-9]+' } }, [{ uri: { prefix: '/api/' } }], true],
    ['a regex whose head is optional', { uri: { regex: '/apis?/v1' } }, [{ uri: { prefix: '/apis' } }], false],
    ['everything by with and without a header together', {}, [{ headers: { x: { regex: '.*' } } }, { withoutHeaders: { x: {} } }], true],
    ['everything by one value and its absence', {}, [{ headers: { x: { exact: '1' } } }, { withoutHeaders: { x: {} } }], false],
    ['everything by one value and all others', {}, [{ headers: { x: { exact: '1' } } }, { withoutHeaders: { x: { exact: '1' } } }], true],
    ['two headers by one of them', { headers: { a: { exact: '1' }, b: { exact: '2' } } }, [{ headers: { b: { exact: '2' } } }], true],
    ['one header by two', { headers: { a: { exact: '1' } } }, [{ headers: { a: { exact: '1' }, b: { exact: '2' } } }], false],
    [
      'a path by a split over a header below it',
      { uri: { prefix: '/a/b' } },
      [
        { uri: { prefix: '/a' }, headers: { x: { exact: '1' } } },
        { uri: { prefix: '/a/b' }, withoutHeaders: { x: { exact: '1' } } },
      ],
      true,
    ],
    ['a case by a path that ignores case', { uri: { exact: '/A' } }, [{ uri: { exact: '/a' }, ignoreUriCase: true }], true],
    ['a path that ignores case by one case', { uri: { exact: '/a' }, ignoreUriCase: true }, [{ uri: { exact: '/a' } }], false],
    ['a source label by another', { sourceLabels: { app: 'a' } }, [{ sourceLabels: { app: 'b' } }], false],
    ['a port by no condition', { port: 80 }, [{}], true],
  ])('%s', (_what, match, others, expected) => {
    expect(isCovered(region(match), others.map(region))).toBe(expected);
  });
});

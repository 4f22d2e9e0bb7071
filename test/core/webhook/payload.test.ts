import { expect, test } from 'vitest';
import {
  allOrNull,
  isTrue,
  parsePayload,
  readObject,
  readObjects,
  readText,
} from '../../../src/core/webhook/payload.ts';

const payload =
  parsePayload('{"text":"a","yes":true,"one":{"b":"c"},"many":[{},{}],"mixed":[{},1],"none":null}') ?? {};

test('a reader gives what it names', () => {
  expect(readText(payload, 'text')).toBe('a');
  expect(isTrue(payload, 'yes')).toBe(true);
  expect(readObject(payload, 'one')).toEqual({ b: 'c' });
  expect(readObjects(payload, 'many')).toEqual([{}, {}]);
});

test.each([...Object.keys(payload), 'missing', 'constructor', '__proto__', 'toString'])(
  'anything else is null: %s',
  (name) => {
    const found = {
      text: readText(payload, name),
      yes: isTrue(payload, name) || null,
      one: readObject(payload, name),
      many: readObjects(payload, name),
    };
    for (const [kind, value] of Object.entries(found))
      if (kind !== name) expect([kind, value]).toEqual([kind, null]);
  },
);

test.each(['', '[]', '1', 'null', '"a"', '{', '{"a":1}}', "{'a':1}", '{"a":NaN}', '\ufeff{}'])(
  '%j is no payload',
  (text) => {
    expect(parsePayload(text)).toBeNull();
  },
);

test('a list with a gap in it is none', () => {
  expect([allOrNull([1, 2]), allOrNull([]), allOrNull([1, null])]).toEqual([[1, 2], [], null]);
});

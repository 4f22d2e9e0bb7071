import { expect, test } from 'vitest';
import { renderExposition, sample, timeSamples } from '../../../src/core/metrics/exposition.ts';
import { lastRunSamples } from '../../../src/core/metrics/last-run.ts';
import { markRenewable, renewTimes } from '../../../src/core/metrics/renewal.ts';
import { headersOf, parseExposition } from './parse-exposition.ts';
import { ended } from './run-events.ts';

const text = renderExposition([
  ...lastRunSamples(ended()),
  ...timeSamples('last_success_timestamp_seconds', new Date(1000)),
  ...timeSamples('last_change_timestamp_seconds', new Date(2000)),
  sample('reload_owed', 0),
]);

test('a renewed textfile has other times of the last run and the last success, and nothing else', () => {
  const renewed = renewTimes(markRenewable(text), new Date(3500)) ?? '';
  expect(Object.fromEntries(parseExposition(renewed))).toEqual({
    ...Object.fromEntries(parseExposition(text)),
    last_run_timestamp_seconds: 3.5,
    last_success_timestamp_seconds: 3.5,
  });
  expect(headersOf(renewed)).toEqual(headersOf(text));
});

test('a renewed textfile can be renewed', () => {
  const once = renewTimes(markRenewable(text), new Date(3500)) ?? '';
  expect(renewTimes(once, new Date(3500))).toBe(once);
});

test.each(['', 'damaged', text])('a textfile that is not marked is not renewed', (other) => {
  expect(renewTimes(other, new Date(3500))).toBeNull();
});

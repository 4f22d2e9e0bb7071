import { expect, test } from 'vitest';
import { seldomLog } from '../../src/daemon/seldom-log.ts';
import { FakeClock } from '../helpers/fakes/clock.ts';
import { FakeLog } from '../helpers/fakes/log.ts';

test('the same is said once a minute, with how often it was left out', () => {
  const [log, clock] = [new FakeLog(), new FakeClock()];
  const seldom = seldomLog(log, clock);
  const tell = (why: string) => seldom.event('warning', 'refused', { why });
  for (let i = 0; i < 1000; i++) tell('a');
  tell('b');
  clock.advance(59_999);
  tell('a');
  clock.advance(1);
  tell('a');
  clock.advance(60_000);
  tell('a');
  expect(log.events.map(({ fields }) => fields)).toEqual([
    { why: 'a' },
    { why: 'b' },
    { why: 'a', more: 1000 },
    { why: 'a' },
  ]);
});

test('a clock that was set back by more than a minute keeps nothing quiet', () => {
  const [log, clock] = [new FakeLog(), new FakeClock()];
  const seldom = seldomLog(log, clock);
  seldom.event('warning', 'refused', { why: 'a' });
  clock.advance(-3_600_000);
  seldom.event('warning', 'refused', { why: 'a' });
  expect(log.events).toHaveLength(2);
});

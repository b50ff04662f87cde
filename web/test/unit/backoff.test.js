import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../../app/lib/backoff.js';

test('the ceiling doubles from half a second to thirty', () => {
  const backoff = new Backoff({ random: () => 1 });
  const waits = Array.from({ length: 9 }, () => backoff.next());
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test('full jitter: any wait between nothing and the ceiling', () => {
  const draws = [0, 0.5, 0.25];
  const backoff = new Backoff({ base: 100, cap: 1000, random: () => draws.shift() });
  assert.deepEqual([backoff.next(), backoff.next(), backoff.next()], [0, 100, 100]);
});

test('reset starts over, and no number of tries overflows', () => {
  const backoff = new Backoff({ random: () => 1 });
  for (let i = 0; i < 5000; i++) assert.ok(backoff.next() <= 30_000);
  backoff.reset();
  assert.equal(backoff.next(), 500);
});

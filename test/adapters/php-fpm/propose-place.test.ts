import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfiguration } from '../../../src/adapters/php-fpm/pools.ts';
import { proposePlaces } from '../../../src/adapters/php-fpm/propose-place.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

const POOL = 'listen = /run/a.sock\n';

/** Each place as `path: headers`, `DIR` standing for the test's directory. */
function propose(files: Readonly<Record<string, string>>, live = '/nowhere/x.conf'): readonly string[] {
  const directory = temporaryDirectory();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text.replaceAll('DIR', directory));
  }
  const livePath = live.replace('DIR', directory);
  const configuration = readConfiguration({ config: join(directory, 'main.conf'), prefix: null, livePath });
  const places = proposePlaces(configuration, livePath);
  return places.map(({ path, pools }) => `${path.replace(directory, 'DIR')}: ${pools.join(' ')}`);
}

const DEBIAN = {
  'main.conf': '[global]\ninclude=DIR/pool.d/*.conf\n',
  'pool.d/a.conf': `[www]\n${POOL}[api]\n${POOL}`,
};

test('outside of the pools, a place needs the header of every pool', () => {
  expect(propose(DEBIAN)).toEqual(['DIR/pool.d/env.conf: www api']);
});

test('inside of a pool, a place needs no header', () => {
  const files = { 'main.conf': `[www]\n${POOL}include=DIR/fpm.d/*.conf\n`, 'fpm.d/a.conf': '' };
  expect(propose(files)).toEqual(['DIR/fpm.d/env.conf: ']);
});

test('a place that several pools include is proposed once', () => {
  const files = {
    'main.conf': `[www]\n${POOL}include=DIR/fpm.d/*.conf\n[api]\n${POOL}include=DIR/fpm.d/*.conf\n`,
    'fpm.d/a.conf': '',
  };
  expect(propose(files)).toEqual(['DIR/fpm.d/env.conf: ']);
});

test('a file that stands in the place keeps a name that php-fpm reads', () => {
  expect(propose(DEBIAN, 'DIR/pool.d/own.conf')).toEqual(['DIR/pool.d/own.conf: www api']);
  expect(propose(DEBIAN, 'DIR/pool.d/own.txt')).toEqual(['DIR/pool.d/env.conf: www api']);
  expect(propose(DEBIAN, 'DIR/pool.d/.own.conf')).toEqual(['DIR/pool.d/env.conf: www api']);
});

test('an include of one file, of a missing directory or of many directories is no place', () => {
  const files = {
    'main.conf': `[www]\n${POOL}include=DIR/one.conf\ninclude=DIR/none.d/*.conf\ninclude=DIR/*.d/*.conf\n`,
    'some.d/a.conf': '',
  };
  expect(propose(files)).toEqual([]);
});

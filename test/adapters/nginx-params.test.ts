import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findFastCgiParams } from '../../src/adapters/nginx-params.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

test('a parameter with the name of a variable is found once, with its line', () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'sites-available'));
  mkdirSync(join(directory, 'sites-enabled'));
  const site = join(directory, 'sites-available', 'shop');
  writeFileSync(
    site,
    'location ~ {\n  fastcgi_param APP_ENV prod;\n  # fastcgi_param DB_HOST x;\n}\n' +
      'location / { include fastcgi_params; fastcgi_param "CDN" y; fastcgi_param DB_HOST_OLD z; }\n',
  );
  symlinkSync(site, join(directory, 'sites-enabled', 'shop'));
  symlinkSync('/nowhere', join(directory, 'sites-enabled', 'dangling'));
  const names = new Set(['APP_ENV', 'DB_HOST', 'CDN']);
  expect(findFastCgiParams(directory, names)).toEqual([
    { name: 'APP_ENV', at: `${site}:2` },
    { name: 'CDN', at: `${site}:5` },
  ]);
  expect(findFastCgiParams(directory, new Set())).toEqual([]);
  expect(findFastCgiParams('/nowhere', names)).toEqual([]);
});

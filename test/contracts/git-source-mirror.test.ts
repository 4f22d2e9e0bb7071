import { join } from 'node:path';
import { describe } from 'vitest';
import { openSource } from '../../src/adapters/git/open-source.ts';
import { parseRemote } from '../../src/core/git/remote.ts';
import { hasGitHttp } from '../helpers/git-http-server.ts';
import { placeInFileUrl, placeOnHttp, placeOnHttps, placeOnSsh } from '../helpers/git-places.ts';
import { hasSshd } from '../helpers/ssh-server.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import type { SourceOptions } from './git-source/bench.ts';
import { makeBench } from './git-source/bench.ts';
import {
  accessContract,
  gitSourceContract,
  largeGitSourceContract,
  servedGitSourceContract,
} from './git-source.contract.ts';

/** As hosts have it: with a cheaper way to the tip where there is one. */
function toOptions({ url, ...options }: SourceOptions) {
  const parsed = parseRemote(url);
  if (!('remote' in parsed)) throw new Error(`${url}: ${parsed.wrong}`);
  const clone = join(temporaryDirectory(), 'cache', 'clone');
  return { ...options, remotes: [parsed.remote], transport: 'mirror' as const, clone, tell: () => undefined };
}

const mirror = { module: 'adapters/git/open-source.ts', toOptions, history: 'whole' } as const;

const file = makeBench(openSource, { ...mirror, serve: placeInFileUrl });
const http = makeBench(openSource, { ...mirror, serve: placeOnHttp });
const https = makeBench(openSource, { ...mirror, serve: placeOnHttps });
const ssh = makeBench(openSource, { ...mirror, serve: placeOnSsh });

gitSourceContract('a mirror of a file URL', file);
largeGitSourceContract('a mirror of a file URL', file);

describe.skipIf(!hasGitHttp)('over HTTP', () => {
  servedGitSourceContract('a mirror over http', { ...http, fetchMs: 2500 });
  servedGitSourceContract('a mirror over https', { ...https, fetchMs: 2500 });
  largeGitSourceContract('a mirror over http', http);
  accessContract('a mirror', http, 'http');
});

describe.skipIf(!hasSshd)('over SSH', () => {
  servedGitSourceContract('a mirror over ssh', { ...ssh, fetchMs: 5000 });
  accessContract('a mirror', ssh, 'ssh');
});

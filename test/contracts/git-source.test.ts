import { localRepoSource } from '../../src/adapters/git/local.ts';
import { placeOnDisk } from '../helpers/git-places.ts';
import { makeBench } from './git-source/bench.ts';
import { gitSourceContract, largeGitSourceContract } from './git-source.contract.ts';

const local = makeBench(localRepoSource, {
  module: 'adapters/git/local.ts',
  toOptions: ({ url, tracked, limits }) => ({ path: url, tracked, limits }),
  serve: placeOnDisk,
  history: 'whole',
});

gitSourceContract('a repository on this host', local);
largeGitSourceContract('a repository on this host', local);

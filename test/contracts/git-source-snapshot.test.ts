import { httpSnapshotSource } from '../../src/adapters/git/snapshot/http-snapshot.ts';
import { placeOnHttp, placeOnHttps } from '../helpers/git-places.ts';
import { makeBench } from './git-source/bench.ts';
import { accessContract, largeGitSourceContract, servedGitSourceContract } from './git-source.contract.ts';

const overHttp = {
  ...makeBench(httpSnapshotSource, {
    module: 'adapters/git/snapshot/http-snapshot.ts',
    toOptions: (options) => options,
    serve: placeOnHttp,
    history: 'whole',
  }),
  fetchMs: 3000,
};

servedGitSourceContract('a snapshot over HTTP', overHttp);
servedGitSourceContract('a snapshot over HTTPS', { ...overHttp, serve: placeOnHttps });
accessContract('a snapshot over HTTP', overHttp, 'http');
largeGitSourceContract('a snapshot over HTTP', overHttp);

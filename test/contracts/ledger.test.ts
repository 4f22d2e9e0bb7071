import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileLedger } from '../../src/adapters/ledger.ts';
import { FakeLedger } from '../helpers/fakes/ledger.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { ledgerContract } from './ledger.contract.ts';

ledgerContract('the ledger on disk', () => {
  const state = join(temporaryDirectory(), 'state');
  return {
    ledger: fileLedger(state),
    reopen: () => fileLedger(state),
    damage: () => {
      const path = join(state, 'ledger.json');
      writeFileSync(path, readFileSync(path, 'utf8').replace('schema', 'schemb'));
    },
  };
});

ledgerContract('the ledger in memory', () => {
  const ledger = new FakeLedger();
  return { ledger, reopen: () => ledger, damage: () => ledger.lose() };
});

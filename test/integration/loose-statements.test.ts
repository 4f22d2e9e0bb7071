import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLoosely } from '../../src/core/loose-statements.ts';
import { askShell, SHELLS } from './exactness/ask-shell.ts';

/** Pieces of which people make files, right and wrong ones. */
const piece = fc.constantFrom(
  ...['export A=', 'export B=', 'A=', "'", "'", '"', '"', "\\'", '\\', '\n', '\n', '\n', ' ', ' # ', '#'],
  ...['one', 'two words', '=', 'export ', '$x', '`', ';', '中', '\t', 'umask 022', '<<END', 'END'],
);
const file = fc.array(piece, { maxLength: 14 }).map((pieces) => `${pieces.join('')}\n`);

test.each(SHELLS.slice(0, 2))('what is read for certain of a shell file is what $name takes', (shell) => {
  let read = 0;
  fc.assert(
    fc.property(file, (text) => {
      const statements = readLoosely('shell', text);
      // A bare assignment changes a variable too, but nothing of it is shown.
      if (statements === null || statements.some(({ kind }) => kind === 'other')) return;
      const wanted = new Map(statements.flatMap((each) => ('name' in each ? [[each.name, each.text]] : [])));
      if (wanted.size === 0) return;
      read++;
      const { exported } = askShell(shell, Buffer.from(text), []);
      const found = [...wanted.keys()].map((name) => {
        const taken = Buffer.from(exported.get(name) ?? '', 'latin1').toString('utf8');
        return [name, taken] as const;
      });
      expect(new Map(found)).toEqual(wanted);
    }),
    { numRuns: 5000 },
  );
  expect(read).toBeGreaterThan(50);
});

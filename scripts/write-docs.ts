/** Writes the tables of docs/ that are made from the code anew: `npx tsx scripts/write-docs.ts`. A test compares them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillTables, generatedPages } from './generated-tables.ts';

for (const [path, names] of Object.entries(generatedPages)) {
  const file = join(import.meta.dirname, '..', path);
  const page = readFileSync(file, 'utf8');
  const filled = fillTables(page, names);
  if (filled === page) continue;
  writeFileSync(file, filled);
  console.log(path);
}

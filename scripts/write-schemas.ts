/** Writes the JSON Schemas of the config repository: `tsx scripts/write-schemas.ts`. A test compares them with the code. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { makeSchemas } from '../src/core/repository/schema.ts';

const folder = new URL('../config-repo-template/schema/', import.meta.url);

mkdirSync(folder, { recursive: true });
for (const [name, schema] of makeSchemas()) {
  writeFileSync(new URL(name, folder), `${JSON.stringify(schema, null, 2)}\n`);
}

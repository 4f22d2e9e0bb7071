import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeSchemas } from '../../../src/core/repository/schema.ts';

const folder = new URL('../../../config-repo-template/schema/', import.meta.url);

test.each([...makeSchemas()])(
  '%s is what the code says (npx tsx scripts/write-schemas.ts)',
  (name, schema) => {
    expect(readFileSync(new URL(name, folder), 'utf8')).toBe(`${JSON.stringify(schema, null, 2)}\n`);
  },
);

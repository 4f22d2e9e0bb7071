import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** A page for people: its path from the root, and its text. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

export function readPage(path: string): Page {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') };
}

/** Every page of the project: the README, the changelog and all below docs/. */
export function readPages(): readonly Page[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  const paths = docs.filter((path) => path.endsWith('.md')).map((path) => `docs/${path}`);
  return ['README.md', 'CHANGELOG.md', ...paths.sort()].map(readPage);
}

/** The name of a heading in a link, as forges make it: `### 2: It's changed` is `2-its-changed`. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

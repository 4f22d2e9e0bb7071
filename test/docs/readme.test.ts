import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readHeadings, readTable } from './markdown.ts';
import { anchorOf, ROOT, readPage, readPages } from './pages.ts';

const readme = readPage('README.md').text;
const pages = readPages();

/** The script is plain JavaScript, which must run before anything is installed. */
const { needs }: { readonly needs: { readonly test: readonly { readonly package: string }[] } } =
  await import(join(ROOT, 'scripts', 'programs.mjs'));

/** Every link of a page to another place of the project, as path from the root and name of a heading. */
function linksOf({ path, text }: (typeof pages)[number]) {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', anchor = null] = target.split('#');
      const to = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), file));
      return { target, to, anchor };
    });
}

describe('links', () => {
  test.each(pages)('of $path lead somewhere', (page) => {
    const broken = linksOf(page).filter(({ to, anchor }) => {
      if (!existsSync(join(ROOT, to))) return true;
      return (
        anchor !== null && !readHeadings(readPage(to).text).some(({ title }) => anchorOf(title) === anchor)
      );
    });
    expect(broken.map(({ target }) => target)).toEqual([]);
  });

  test('of the README reach every page of docs/', () => {
    const linked = linksOf({ path: 'README.md', text: readme }).map(({ to }) => to);
    const pagesOfDocs = pages.map(({ path }) => path).filter((path) => /^docs\/[^/]+$/.test(path));
    expect(pagesOfDocs.filter((path) => !linked.includes(path))).toEqual([]);
  });
});

describe('the README', () => {
  test('keeps its order', () => {
    const titles = readHeadings(readme).map(({ title }) => title);
    expect(titles).toEqual([
      'php-env-reconciler',
      'The contract',
      'Two commands',
      'How it flows',
      'A complete example',
      'Commands',
      'Glossary',
      'Not yet',
      'More',
    ]);
  });

  test('names the packages that the two commands install', () => {
    const [, section = ''] = readme.split('## Two commands\n');
    const packages = needs.test.map((program) => program.package);
    expect(packages.filter((name) => !section.includes(`\`${name}\``))).toEqual([]);
  });

  test('has one line for each word of the glossary, and of the field', () => {
    const own = 'layer variable target snapshot plan change ledger history outcome held proof';
    const ofTheField = 'reconcile drift desired pool master worker reload ref';
    const rows = readTable(readme, 'Glossary');
    expect(rows.map(([word]) => word)).toEqual(`${own} ${ofTheField}`.split(' '));
    expect(rows.filter(([, meaning = '']) => meaning === '')).toEqual([]);
  });
});

test.each(pages)('$path names no file of src/ or scripts/ that is not there', ({ path, text }) => {
  const isWalk = path === 'docs/how-it-works.md';
  const named = [
    ...text.matchAll(/`([\w./-]+\.(?:ts|mjs)|(?:src|scripts|test)\/[\w./-]*|core\/repository\/)`/g),
  ].map((match) => match[1] ?? '');
  const exists = (name: string): boolean =>
    ['', 'src', ...(isWalk ? [] : ['scripts', 'test'])].some((folder) =>
      existsSync(join(ROOT, folder, name)),
    );
  expect(named.filter((name) => !exists(name))).toEqual([]);
});

test.each(pages)('what $path tells to run by npm is there', ({ text }) => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const named = [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(test)\b)/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
  const isThere = (name: string): boolean => {
    const own = /\bscripts\/[\w.-]+/.exec(scripts[name] ?? '')?.[0];
    return scripts[name] !== undefined && (own === undefined || existsSync(join(ROOT, own)));
  };
  expect(named.filter((name) => !isThere(name))).toEqual([]);
});

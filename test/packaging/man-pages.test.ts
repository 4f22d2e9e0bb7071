import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CommandNode } from '../../packaging/command-tree.ts';
import { readCommandTree } from '../../packaging/command-tree.ts';
import { renderConfigurationPage } from '../../packaging/man/configuration-page.ts';
import { renderProgramPage } from '../../packaging/man/program-page.ts';
import { readRelease } from '../../packaging/release.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { ERRORS } from '../../src/core/errors.ts';

const release = readRelease('1', 'x64');
const pages = new Map<string, string>();
let tree: readonly CommandNode[] = [];

beforeAll(async () => {
  tree = await readCommandTree();
  pages.set('reconcile(1)', await renderProgramPage(release));
  pages.set('reconcile-config.yaml(5)', renderConfigurationPage(release));
});

function mandoc(name: string, ...args: readonly string[]): string {
  const { stdout, stderr } = spawnSync('mandoc', args, { input: pages.get(name), encoding: 'utf8' });
  return `${stdout}${stderr}`;
}

/** As a reader sees it, on one line: a bold letter is a letter, a backspace and the letter again. */
function read(name: string): string {
  const parts = mandoc(name, '-T', 'utf8', '-O', 'width=1000').split('\b');
  const last = parts.pop() ?? '';
  return [...parts.map((part) => part.slice(0, -1)), last].join('').replace(/\s+/g, ' ');
}

describe('the manual page', () => {
  test.each(['reconcile(1)', 'reconcile-config.yaml(5)'])('%s has nothing that mandoc warns of', (name) => {
    expect(mandoc(name, '-T', 'lint', '-W', 'warning')).toBe('');
  });

  test('reconcile(1) names every command and every option with its meaning', () => {
    const text = read('reconcile(1)').toLowerCase();
    for (const { name, summary, placeholder, options } of tree) {
      expect(text).toContain(`reconcile ${name}`.trim());
      expect(text).toContain(summary.toLowerCase());
      expect(text).toContain(placeholder);
      for (const { long, description } of options) {
        expect(text).toContain(long);
        expect(text).toContain(description.toLowerCase());
      }
    }
  });

  test('reconcile(1) tells every exit code', () => {
    const [, codes = ''] = /EXIT STATUS (.*) ENVIRONMENT/.exec(read('reconcile(1)')) ?? [];
    for (const exit of [0, 1, 2, ...Object.values(ERRORS).map((row) => row.exit)])
      expect(codes).toMatch(new RegExp(`(^| )${exit} [a-z]`));
  });

  test('reconcile-config.yaml(5) names every setting with its type and meaning', () => {
    const text = read('reconcile-config.yaml(5)').toLowerCase();
    for (const { path, type, meaning } of SETTINGS) {
      expect(text).toContain(`${path} (${type})`);
      expect(text).toContain(meaning.replaceAll('`', '').replace(/\s+/g, ' ').toLowerCase());
    }
  });
});

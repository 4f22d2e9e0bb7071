import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addInclude,
  hasMadeFolder,
  removeInclude,
  renderSettings,
} from '../../../src/core/receive/git-settings.ts';

const USUAL = '[core]\n\trepositoryformatversion = 0\n\tbare = true\n';

describe('the lines in the configuration of git', () => {
  test('come after all that is there, and once', () => {
    const once = addInclude(USUAL);
    expect(once.startsWith(USUAL)).toBe(true);
    expect(once.trimEnd().endsWith('[include]\n\tpath = reconcile-receive.config')).toBe(true);
    expect(addInclude(once)).toBe(once);
  });

  test('are taken away again, byte for byte', () => {
    const bytes = fc.string({
      unit: fc.constantFrom('\n', '\t', '[include]', '#', ' ', 'a = 1', '\xe9', '\\', '"'),
    });
    fc.assert(
      fc.property(bytes, (config) => {
        expect(removeInclude(addInclude(config))).toBe(config);
      }),
    );
  });

  test('are not looked for where they were never put', () => {
    expect(removeInclude(USUAL)).toBe(USUAL);
  });

  test('leave what was written before and after them', () => {
    const after = '[user]\n\tname = x\n';
    expect(removeInclude(addInclude(USUAL) + after)).toBe(USUAL + after);
  });

  test.each(['\tpath = other\n', '\n# why\n\tpath = other\n'])(
    'leave the section to %j, which git put into it',
    (line) => {
      expect(removeInclude(addInclude(USUAL) + line)).toBe(`${USUAL}\n[include]\n${line}`);
    },
  );
});

test('the settings remember whether the directory of the hooks was made', () => {
  expect(hasMadeFolder(renderSettings(1, true))).toBe(true);
  expect(hasMadeFolder(renderSettings(1, false))).toBe(false);
  expect(hasMadeFolder(null)).toBe(false);
});

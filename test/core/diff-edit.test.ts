import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EditRequest } from '../../src/core/diff-edit.ts';
import { diffEdit } from '../../src/core/diff-edit.ts';
import { maskSecret } from '../../src/core/redact.ts';
import { TARGETS } from '../../src/core/targets/index.ts';
import type { TargetName } from '../../src/core/types.ts';

const key = Buffer.alloc(32, 7);
const mask = (text: string): string => maskSecret(text, key);

interface Words {
  readonly base?: string | null;
  readonly live?: string;
  readonly secrets?: readonly string[];
}

function diff(target: TargetName, edit: string, words: Words = {}): readonly string[] {
  const { base = null, live = '', secrets = [] } = words;
  const bytes = (text: string): Uint8Array => Buffer.from(text);
  return diffEdit({
    edit: { target, bytes: bytes(edit) },
    base: base === null ? null : bytes(base),
    live: [{ target: 'php-fpm', bytes: bytes(live) }],
    secrets,
    key,
  });
}

const shell = (edit: string, base: string | null, secrets: readonly string[] = []): readonly string[] =>
  diff('shell', edit, { base, secrets });

describe('what an edit had changed', () => {
  test.each([
    ['a value', 'export A=edited\n', "export A='one'\n", ['- A = one', '+ A = edited']],
    ['a variable that went', '', "export A='one'\n", ['- A = one']],
    [
      'quotes alone',
      'export A=one # mine\n',
      "export A='one'\n",
      ['  only comments, blank lines or quotes differ'],
    ],
  ])('is shown: %s', (_what, edit, base, lines) => {
    expect(shell(edit, base)).toEqual(lines);
  });

  test('is shown for a php-fpm file, and what is not ours of it is masked', () => {
    const base = '[www]\nenv["A"] = "one"\nping.response = "pong 0123456789abcdef"\n';
    const edit = '[www]\nenv[A] = by hand\nphp_admin_value[auto_prepend_file] = /x\n[hunter2]\n';
    expect(diff('php-fpm', edit, { base })).toEqual([
      '- A = one',
      '- ping.response = pong 0123456789abcdef',
      '+ A = by hand',
      `+ a line that is not ours: ${mask('php_admin_value[auto_prepend_file] = /x')}`,
      `+ [${mask('hunter2')}]`,
    ]);
  });

  test('is masked for a secret, before and after', () => {
    expect(shell('export A=hunter3\n', "export A='hunter2'\n", ['A'])).toEqual([
      `- A = ${mask('hunter2')}`,
      `+ A = ${mask('hunter3')}`,
    ]);
  });

  test('is masked for a variable that nobody declared', () => {
    expect(shell("export A='1'\nexport DB_PASSWORD=hunter2\n", "export A='1'\n")).toEqual([
      `+ DB_PASSWORD = ${mask('hunter2')}`,
    ]);
  });

  test('is masked where nothing of ours stood there before, or it is not known', () => {
    expect(shell('export A=hunter2\n', null)).toEqual([`+ A = ${mask('hunter2')}`]);
    expect(shell('export A=hunter2\n', 'export A=hunter1\n')).toEqual([`+ A = ${mask('hunter2')}`]);
  });

  test.each([
    ['itself', 'mysql://app:p@ss/word@db/x'],
    ['in a URL', 'mysql://app:p%40ss%2Fword@db/x'],
    ['in base64', Buffer.from('p@ss/word').toString('base64')],
  ])('is masked where a secret of another variable stands in an open one, %s', (_how, text) => {
    const base = "export A='one'\n";
    const live = 'env["TOKEN"] = "p@ss/word"\n';
    const lines = diff('shell', `export A='${text}'\n`, { base, live, secrets: ['TOKEN'] });
    expect(lines).toEqual(['- A = one', `+ A = ${mask(text)}`]);
  });

  test('is not shown at all, names included, where it cannot be read for certain', () => {
    const edit = 'export KEY="-----BEGIN KEY-----\nhunter2==\nexport hunter3=x\n';
    const lines = shell(edit, "export A='one'\n");
    expect(lines).toEqual(['  it cannot be read as variables for certain, so that nothing of it is shown']);
    expect(diff('php-fpm', '\u0000'.repeat(2_000_000)).length).toBe(1);
    expect(diffEdit({ ...request(), edit: { target: 'shell', bytes: Buffer.from([0xff]) } })).toEqual(lines);
  });

  test('is not counted out where nearly everything differs', () => {
    const edit = Array.from({ length: 3000 }, (_, i) => `export A${i}=x\n`).join('');
    expect(shell(edit, null)).toEqual(['  more than 2000 lines of it differ']);
  });
});

function request(): EditRequest {
  return { edit: { target: 'shell', bytes: Buffer.alloc(0) }, base: null, live: [], secrets: [], key };
}

/** Lines that people write: our own form and others, names of ours and others, secrets in the right and in wrong places. */
function anyFile(target: TargetName, secret: string): fc.Arbitrary<string> {
  const text = fc.oneof(
    fc.constant(secret),
    fc.string({ maxLength: 6 }),
    fc.constant(`x ${secret} y`),
    fc.constant(encodeURIComponent(secret)),
    fc.constant(Buffer.from(secret).toString('base64')),
  );
  const name = fc.constantFrom('A', 'B', 'TOKEN', 'OTHER');
  const line = fc.tuple(name, text, fc.nat(5)).map(([each, value, how]) => {
    const encoded = TARGETS[target].encodeValue(value);
    const ours = encoded.possible ? TARGETS[target].encodeLine(each, encoded.text) : '\n';
    const [open, bare] = target === 'shell' ? ['export ', `${each}=`] : ['', `env[${each}] = `];
    return [
      ours,
      `${open}${bare}${value}\n`,
      `${bare}"${value}"\n`,
      `${bare}'${value}\n`,
      `# ${value}\n`,
      `${value}\n`,
    ][how];
  });
  return fc.array(line, { maxLength: 6 }).map((lines) => lines.join(''));
}

/** No text of ours holds these by chance. */
const SECRET = 'q7#Zk/9';

test.each(['php-fpm', 'shell'] as const)(
  'no edit of a %s file shows a secret or a control character',
  (target) => {
    const file = anyFile(target, SECRET);
    const token = TARGETS[target].encodeValue(SECRET);
    const ours = `${TARGETS[target].encodeLine('A', target === 'shell' ? "'one'" : '"one"')}${
      token.possible ? TARGETS[target].encodeLine('TOKEN', token.text) : ''
    }`;
    const forms = [
      SECRET,
      encodeURIComponent(SECRET),
      Buffer.from(SECRET).toString('base64').replace(/=+$/, ''),
    ];
    fc.assert(
      fc.property(file, fc.constantFrom(ours, null), (edit, base) => {
        const live = 'env["TOKEN"] = "q7#Zk/9"\n';
        const text = diff(target, edit, { base, live, secrets: ['TOKEN'] }).join('\n');
        for (const form of forms) expect(text).not.toContain(form);
        expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 2000 },
    );
  },
);

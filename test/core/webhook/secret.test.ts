import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FORGES } from '../../../src/core/webhook/index.ts';
import { parseSecret } from '../../../src/core/webhook/secret.ts';

const parse = (text: string, name: keyof typeof FORGES = 'github') =>
  parseSecret(Buffer.from(text), FORGES[name]);
const signing = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

test('one newline at the end is not part of a secret; every other byte is', () => {
  const secret = 'sixteen bytes ok';
  for (const text of [secret, `${secret}\n`]) expect(parse(text)).toEqual({ secret: Buffer.from(secret) });
  expect(parse(` ${secret} \n`)).toEqual({ secret: Buffer.from(` ${secret} `) });
  expect(parse('größer als sechzehn')).toEqual({ secret: Buffer.from('größer als sechzehn') });
  expect(parse(`${signing}\n`, 'gitlab-signed')).toEqual({ secret: Buffer.from(signing) });
});

describe('it is refused', () => {
  test.each([
    ['too short', 'fifteen bytes..\n', /^it has 15 bytes, fewer than 16/],
    ['empty', '', /^it has 0 bytes/],
    ['of two lines', 'sixteen bytes ok\nsixteen bytes ok\n', /more than one line/],
    ['with the line end of another system', 'sixteen bytes ok\r\n', /a control character/],
    ['with two newlines', 'sixteen bytes ok\n\n', /more than one line/],
  ])('%s', (_, text, why) => {
    expect(parse(text)).toEqual({ wrong: expect.stringMatching(why) });
  });

  test('in another form than the sender has', () => {
    expect(parse('sixteen bytes ok', 'gitlab-signed')).toEqual({
      wrong: 'no secret of GitLab (signing token) looks so',
    });
  });

  test('without a byte of it being told', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[G-Z]{8,40}\t?$/), (text) => {
        const parsed = parse(text, 'gitlab-signed');
        expect(parsed).toHaveProperty('wrong');
        expect(JSON.stringify(parsed)).not.toContain(text.slice(0, 8));
      }),
    );
  });
});

import { describe, expect, test } from 'vitest';
import type { Channel } from '../../../src/core/notice/channel.ts';
import { CHANNEL_NAMES } from '../../../src/core/notice/channel.ts';
import { CHANNELS } from '../../../src/core/notice/channels/index.ts';
import type { Notice } from '../../../src/core/notice/notice.ts';
import { KEYWORD } from '../../../src/core/notice/write-notice.ts';
import { generic } from '../../../src/core/webhook/generic.ts';
import { NOTICE, ONE } from '../../helpers/run-reports.ts';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const { dingtalk, feishu, slack, webhook, wecom } = CHANNELS;

function encode(channel: Channel, notice: Partial<Notice> = {}, secret: string | null = null, now = NOW) {
  const request = channel.encode({ ...NOTICE, ...notice }, { secret, now });
  return { ...request, json: JSON.parse(request.body) };
}

test('every channel is known by its name', () => {
  expect(CHANNEL_NAMES.map((name) => CHANNELS[name].name)).toEqual(CHANNEL_NAMES);
});

describe('a signature', () => {
  /**
   * What others computed from the examples of both documentations: the secret `this is secret` of DingTalk's page "Custom
   * robot security settings", and the pair that Feishu's page "Custom bot guide" and the tests of go-lark/lark have.
   */
  test.each([
    ['this is secret', 1577262236757, 'hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM='],
    ['xxx', 1661860880, 'dIUMcehSFkPlWOGqwoP5EFcartyN67QSY9wbVW+hTbE='],
  ])('of DingTalk with the secret %j at %i', (secret, ms, sign) => {
    expect(encode(dingtalk, {}, secret, new Date(ms)).query).toEqual({ timestamp: String(ms), sign });
  });

  test.each([
    ['xxx', 1661860880, 'QnWVTSBe6FmQDE0bG6X0mURbI+DnvVyu1h+j5dHOjrU='],
    ['demo-secret', 1599360473, '3/MaVZ8JLIy4TUG+7KSFJqvUkTKd+HWY8g+56DZWq8s='],
  ])('of Feishu with the secret %j at %i s', (secret, seconds, sign) => {
    const { json, query } = encode(feishu, {}, secret, new Date(seconds * 1000 + 999));
    expect(json).toMatchObject({ timestamp: String(seconds), sign });
    expect(query).toEqual({});
  });

  test('of the webhook is one that our own generic webhook takes', () => {
    const { headers, body } = encode(webhook, {}, 'a secret of some length');
    const delivery = { headers: Object.entries(headers), body: Buffer.from(body), receivedAt: NOW };
    const isRight = (secret: string) =>
      generic.signature.isRight(generic.signature.makeKey(Buffer.from(secret)) ?? Buffer.alloc(0), delivery);
    expect(isRight('a secret of some length')).toBe(true);
    expect(isRight('another one')).toBe(false);
  });

  test('is left out where there is no secret', () => {
    expect(encode(dingtalk).query).toEqual({});
    expect(encode(feishu).json).not.toHaveProperty('sign');
    expect(encode(webhook).headers).not.toHaveProperty('X-Signature-256');
  });
});

/** The texts that a service shows. */
const shown: Readonly<Record<string, (notice?: Partial<Notice>) => string>> = {
  slack: (notice) => encode(slack, notice).json.text,
  dingtalk: (notice) => encode(dingtalk, notice).json.text.content,
  feishu: (notice) => {
    const { title, content } = encode(feishu, notice).json.content.post.zh_cn;
    return [title, ...content.flat().map(({ text }: { text: string }) => text)].join('\n');
  },
  wecom: (notice) => encode(wecom, notice).json.markdown.content,
  webhook: (notice) => `${encode(webhook, notice).json.title}\n${encode(webhook, notice).json.text}`,
};

describe.each(Object.entries(shown))('%s', (name, show) => {
  test('has the news, the host, the environment, the commit and the place', () => {
    const text = show();
    for (const part of [KEYWORD, 'php-143-117', 'func-01', ONE, 'YAML_SYNTAX', 'env/common.yaml:3:7'])
      expect(text).toContain(part);
  });

  test('calls nobody, whatever a file is named', () => {
    const file = 'env/<!channel><@all><at user_id="all">x</at>[a](https://a.example).yaml';
    const text = show({ places: [{ file, line: 1, column: 1 }] });
    if (name === 'slack') expect(text).not.toMatch(/<|>/);
    if (name === 'wecom') expect(text.split('\n').slice(1).join('')).not.toMatch(/<|(?!^)>(?! )|\]\(/);
  });
});

describe('the limit of', () => {
  const longNames = (unit: string): Partial<Notice> => ({
    host: unit.repeat(2000),
    environment: unit.repeat(2000),
    changes: Array.from({ length: 400 }, () => ({ kind: 'replace', path: `/${unit.repeat(90)}` }) as const),
  });

  test('WeCom is 4,096 bytes, and no character of a Chinese text is cut', () => {
    const text = shown.wecom?.(longNames('配置')) ?? '';
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096);
    expect(Buffer.byteLength(text)).toBeGreaterThan(4090);
    expect(text).toMatch(/[配置/]…$/);
    expect(text).not.toContain('\ufffd');
  });

  test.each([['"'], ['配'], ['\\']])('DingTalk and Feishu is the whole request: %j', (unit) => {
    for (const channel of [dingtalk, feishu])
      expect(Buffer.byteLength(encode(channel, longNames(unit), 'secret').body)).toBeLessThan(20_000);
  });

  test.each([['&'], ['<'], ['配']])('Slack is 4,000 characters, with what is escaped: %j', (unit) => {
    const text = shown.slack?.(longNames(unit)) ?? '';
    expect(text.length).toBeLessThanOrEqual(4000);
    expect(text.length).toBeGreaterThan(3980);
    expect(text.replaceAll(/&(amp|lt|gt);/g, '')).not.toMatch(/[&<>]/);
  });
});

describe('a webhook', () => {
  test('gets everything by name', () => {
    const { json, headers } = encode(webhook, { reloads: 1, changes: [{ kind: 'create', path: '/a' }] });
    expect(json).toEqual({
      event: 'failed',
      title: '[php-env-reconciler] php-143-117 (func-01) failed: YAML_SYNTAX',
      text: expect.stringMatching(/^host: php-143-117\n/),
      host: 'php-143-117',
      environment: 'func-01',
      at: NOTICE.at,
      commit: ONE,
      since: null,
      changes: [{ kind: 'create', path: '/a' }],
      reloads: 1,
      error: { code: 'YAML_SYNTAX', exit: 14, next: 'on-new-commit', hint: expect.any(String) },
      places: [{ file: 'env/common.yaml', line: 3, column: 7 }],
    });
    expect(headers['X-Delivery-Id']).toMatch(/^[0-9a-f]{32}$/);
  });

  test('gets the same id at each try, and another one for other news', () => {
    const id = (notice: Partial<Notice>, now = NOW) =>
      encode(webhook, notice, 's', now).headers['X-Delivery-Id'];
    expect(id({}, new Date(0))).toBe(id({}));
    expect(id({ at: '2026-01-02T03:04:06.000Z' })).not.toBe(id({}));
  });
});

describe('an answer', () => {
  test.each<[string, Channel, number, string, RegExp | null]>([
    ['of success', dingtalk, 200, '{"errcode":0,"errmsg":"ok"}', null],
    [
      'of a wrong signature',
      dingtalk,
      200,
      '{"errcode":310000,"errmsg":"sign not match"}',
      /310000.*signature/,
    ],
    ['of too many messages', dingtalk, 200, '{"errcode":130101,"errmsg":"send too fast"}', /20 messages/],
    [
      'of an unknown code',
      dingtalk,
      200,
      '{"errcode":7,"errmsg":"access_token=t"}',
      /^it answered errcode 7$/,
    ],
    ['of success', wecom, 200, '{"errcode":0,"errmsg":"ok"}', null],
    [
      'of a robot that is gone',
      wecom,
      200,
      '{"errcode":93000,"errmsg":"invalid webhook url"}',
      /no such robot/,
    ],
    ['of success, new', feishu, 200, '{"code":0,"msg":"success","data":{}}', null],
    ['of success, old', feishu, 200, '{"Extra":null,"StatusCode":0,"StatusMessage":"success"}', null],
    ['of a wrong signature', feishu, 200, '{"code":19021,"msg":"sign match fail"}', /19021: the signature/],
    ['of a wrong request', feishu, 400, '{"code":9499,"msg":"Bad Request"}', /9499/],
    ['of a page to log in', feishu, 200, '<html>', /does not answer/],
    ['of a page to log in', dingtalk, 200, '[]', /does not answer/],
    ['without a code', wecom, 502, 'Bad Gateway', /^it answered 502$/],
    ['of a code that is 0 by mistake', wecom, 500, '{"errcode":0}', /^it answered 500$/],
    ['of success', slack, 200, 'ok', null],
    ['of success', webhook, 204, '', null],
    ['of a webhook that is gone', slack, 404, 'no_service', /404: there is no such webhook any more$/],
    ['of something else', slack, 403, 'https://hooks.slack.com/services/T/B/X', /^it answered 403$/],
    ['elsewhere', webhook, 302, '', /302, and no redirect is followed/],
  ])('%s: %o %i %s', (_what, channel, status, body, fault) => {
    const found = channel.findFault(status, body);
    if (fault === null) expect(found).toBeNull();
    else expect(found).toMatch(fault);
    expect(found ?? '').not.toMatch(/access_token|hooks\.slack/);
  });
});

import { describe, expect, test } from 'vitest';
import { chooseProxy } from '../../src/adapters/proxy.ts';

const choose = (url: string, variables: Record<string, string>) =>
  chooseProxy(new URL(url), variables)?.href ?? null;

describe('the proxy for a URL', () => {
  test.each<[string, Record<string, string>, string | null]>([
    ['https://git.example/a', {}, null],
    ['https://git.example/a', { https_proxy: 'http://p:3128' }, 'http://p:3128/'],
    ['https://git.example/a', { HTTPS_PROXY: 'http://p:3128' }, 'http://p:3128/'],
    ['https://git.example/a', { https_proxy: 'http://a', HTTPS_PROXY: 'http://b' }, 'http://a/'],
    ['https://git.example/a', { https_proxy: '', HTTPS_PROXY: '' }, null],
    ['https://git.example/a', { http_proxy: 'http://p' }, null],
    ['https://git.example/a', { all_proxy: 'p:1' }, 'http://p:1/'],
    ['https://git.example/a', { https_proxy: 'u:s@p:1' }, 'http://u:s@p:1/'],
    ['http://git.example/a', { http_proxy: 'http://p' }, 'http://p/'],
    ['http://git.example/a', { HTTP_PROXY: 'http://p' }, null],
    ['http://git.example/a', { https_proxy: 'http://p' }, null],
  ])('%s with %j is %s', (url, variables, proxy) => {
    expect(choose(url, variables)).toBe(proxy);
  });

  test.each<[string, string, boolean]>([
    ['git.example', 'git.example', true],
    ['git.example', '.example', true],
    ['git.example', 'example', true],
    ['git.example', 'other, example', true],
    ['git.example', 'EXAMPLE.', true],
    ['git.example', 'ample', false],
    ['git.example', 'a.git.example', false],
    ['git.example', '*', true],
    ['git.example', '*.example', false],
    ['git.example', ' , ', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '2.3', false],
    ['10.1.2.3', '10.0.0.0/8', true],
    ['10.1.2.3', '10.0.0.0/16', false],
    ['10.1.2.3', '10.0.0.0/99', false],
    ['[fd00::1]', 'fd00::/8', true],
    ['[fd00::1]', '[fd00:0::1]', true],
    ['[fd00::1]', '10.0.0.0/8', false],
  ])('%s beside no_proxy=%s: none is %s', (host, exceptions, isNone) => {
    for (const name of ['no_proxy', 'NO_PROXY'])
      expect(choose(`https://${host}/a`, { https_proxy: 'http://p', [name]: exceptions }) === null).toBe(
        isNone,
      );
  });

  test.each([
    ['socks5://user:hush@p:1', 'socks5://***@p:1'],
    ['https://p:1', 'https://p:1'],
    ['user:hush@:0', '***@:0'],
  ])('%s is not supported, and the message has no password', (proxy, shown) => {
    expect(() => choose('https://git.example', { https_proxy: proxy })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(shown) }),
    );
    expect(() => choose('https://git.example', { https_proxy: proxy })).not.toThrow(/hush/);
  });
});

import { expect, test } from 'vitest';
import { parseEndpoint } from '../../../src/core/notice/endpoint.ts';

test.each([
  'https://hooks.slack.com/services/T/B/secret',
  'http://127.0.0.1:8080/secret',
  'http://localhost/secret',
  'http://[::1]:9/secret',
])('%s can be posted to', (text) => {
  expect(parseEndpoint(text)).toEqual({ url: new URL(text) });
});

test.each([
  ['secret', 'it is no URL'],
  ['ftp://host/secret', 'it is no URL of https'],
  [
    'http://hooks.example.org/secret',
    'it is a URL of http, and everybody on the way could read it: use https',
  ],
  [
    'http://127.0.0.1.example.org/secret',
    'it is a URL of http, and everybody on the way could read it: use https',
  ],
  ['https://user:secret@host/', 'it has a user name or password in it'],
])('%s cannot', (text, wrong) => {
  expect(parseEndpoint(text)).toEqual({ wrong });
});

import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mailNotifier } from '../../../src/adapters/notify/mail-notifier.ts';
import type { Notice } from '../../../src/core/notice/notice.ts';
import { readMail } from '../../helpers/mail-message.ts';
import { NOTICE } from '../../helpers/run-reports.ts';
import { findCommand } from '../../helpers/server-process.ts';
import { startSmtpSink } from '../../helpers/smtp-sink.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const TO = ['ops@example.org', 'root'];

async function tell(
  sendmail: readonly [string, ...string[]],
  notice: Partial<Notice> = {},
  deadlineMs = 20_000,
) {
  const notifier = mailNotifier({ to: TO, from: 'env@example.org', sendmail, waitsMs: [1, 1] });
  return await notifier.tell({ ...NOTICE, ...notice }, AbortSignal.timeout(deadlineMs));
}

/** Debian's msmtp, which takes the arguments of sendmail, with a server of its own to hand the mail to. */
function msmtp(port: number): readonly [string, ...string[]] {
  const config = join(temporaryDirectory(), 'msmtprc');
  writeFileSync(config, `account default\nhost 127.0.0.1\nport ${port}\nfrom daemon@example.org\n`);
  return [findCommand('msmtp') ?? 'msmtp', '-C', config];
}

/** A sendmail of a few lines of shell; `$0.*` are files beside it. */
function script(text: string): readonly [string, ...string[]] {
  const path = join(temporaryDirectory(), 'sendmail');
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return [path];
}

describe('a mail through msmtp', () => {
  test('reaches a mail server as it was, for everybody in it', async () => {
    const sink = await startSmtpSink();
    expect(await tell(msmtp(sink.port), { host: '主机-北京' })).toBeNull();
    const [mail] = sink.delivered;
    expect(mail).toMatchObject({ from: 'daemon@example.org', to: TO });
    const { headers, text } = readMail(mail?.message ?? '');
    expect(headers.get('From')).toBe('env@example.org');
    expect(headers.get('Subject')).toBe('[php-env-reconciler] 主机-北京 (func-01) failed: YAML_SYNTAX');
    expect(headers.get('Date')).toBe('Fri, 02 Jan 2026 03:04:05 +0000');
    expect(text).toContain('host: 主机-北京\n');
  });

  test('that a server refuses is told with the exit code alone', async () => {
    const sink = await startSmtpSink('550 5.7.1 ops@example.org: go away');
    expect(await tell(msmtp(sink.port))).toMatch(/^\/[\w/]*msmtp ended with \d+$/);
    expect(sink.delivered).toEqual([]);
  });
});

describe('a sendmail', () => {
  test('gets its own arguments, then -t -oi, and the message on stdin', async () => {
    const [path] = script('echo "$@" > "$0.args"; cat > "$0.stdin"');
    expect(await tell([path, '-f', 'env@example.org'])).toBeNull();
    expect(readFileSync(`${path}.args`, 'utf8')).toBe('-f env@example.org -t -oi\n');
    expect(readMail(readFileSync(`${path}.stdin`, 'utf8')).headers.get('To')).toBe(TO.join(', '));
  });

  test('that cannot take it now is asked again', async () => {
    const [path] = script('echo x >> "$0.count"; test $(wc -l < "$0.count") = 3 || exit 75');
    expect(await tell([path])).toBeNull();
    expect(readFileSync(`${path}.count`, 'utf8')).toBe('x\nx\nx\n');
  });

  test('that does not read its input is no trouble', async () => {
    expect(await tell(script('exit 0'), { environment: 'x'.repeat(100) })).toBeNull();
    expect(await tell(script('exit 64'))).toMatch(/sendmail ended with 64$/);
  });

  test('that hangs is ended at the deadline, with all that it started', async () => {
    const [path] = script('sleep 60 & echo $! > "$0.pid"; wait');
    expect(await tell([path], {}, 300)).toMatch(/did not end by itself in time$/);
    const pid = Number(readFileSync(`${path}.pid`, 'utf8'));
    await waitFor('all of it to end', () => !existsSync(`/proc/${pid}/exe`));
  });

  test('that is missing is told by its path', async () => {
    expect(await tell(['/nowhere/sendmail'])).toBe('/nowhere/sendmail was not started: it is not there');
  });
});

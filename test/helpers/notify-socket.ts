import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryDirectory } from './temporary-directory.ts';
import { waitFor } from './wait-for.ts';

/** Node.js has no datagram sockets of the file system; perl is on every Debian. Each message is a line of hex digits. */
const RECEIVE = `
use Socket; $| = 1;
socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; bind($s, sockaddr_un($ARGV[0])) or die;
while (defined recv($s, my $message, 65536, 0)) { print unpack("H*", $message), "\\n" }
`;

/** Connects a descriptor to the socket, as OpenFile= of systemd does, and becomes the program. */
const PASS = `
use Socket; $^F = 9;
my $path = shift;
socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; connect($s, sockaddr_un($path)) or die;
die fileno($s) unless fileno($s) == 3;
@ENV{qw(LISTEN_PID LISTEN_FDS LISTEN_FDNAMES)} = ($$, 1, "notify");
exec @ARGV;
`;

/** The socket to which a service tells how it is. */
export interface NotifySocket {
  readonly path: string;
  /** Every message that came in, in order. */
  messages(): readonly string[];
  /** Program and arguments before those of a service, which then gets the socket as a descriptor. */
  readonly passing: readonly [string, ...string[]];
}

/** Receives until the test ends. */
export async function openNotifySocket(): Promise<NotifySocket> {
  const path = join(temporaryDirectory(), 'notify');
  const child = spawn('perl', ['-e', RECEIVE, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  onTestFinished(() => void child.kill());
  await waitFor('the socket', () => existsSync(path));
  const messages = (): readonly string[] =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => Buffer.from(line, 'hex').toString())
      .filter((message) => message !== 'BARRIER=1'); // by which systemd-notify waits for us
  return { path, messages, passing: ['perl', '-e', PASS, path] };
}

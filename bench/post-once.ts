import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true });

/** The floor of a probe: one request of protocol version 2 on a connection that is kept. */
export async function postOnce(url: string): Promise<void> {
  const lines = [
    'command=ls-refs\n',
    'agent=bench\n',
    '0001',
    'symrefs\n',
    'ref-prefix refs/heads/main\n',
    '0000',
  ];
  const body = lines
    .map((line) =>
      /^000\d$/.test(line) ? line : `${(line.length + 4).toString(16).padStart(4, '0')}${line}`,
    )
    .join('');
  await new Promise<void>((resolve, reject) => {
    const call = request(`${url}/git-upload-pack`, {
      agent,
      method: 'POST',
      headers: { 'Git-Protocol': 'version=2', 'Content-Type': 'application/x-git-upload-pack-request' },
    });
    call.on('response', (response) => response.resume().on('end', resolve));
    call.on('error', reject).end(body);
  });
}

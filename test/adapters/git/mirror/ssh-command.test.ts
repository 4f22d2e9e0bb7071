import { expect, test } from 'vitest';
import { isPlainPath, renderSshCommand } from '../../../../src/adapters/git/mirror/ssh-command.ts';

test('a path goes through the shell and ssh as it is, or is refused', () => {
  expect(isPlainPath('/etc/reconcile/id_ed25519')).toBe(true);
  for (const path of ['relative', '/a b', '/a$b', "/a'b", '/a%hb', '/a;b', '/a\nb', '/a~b', ''])
    expect(isPlainPath(path), path).toBe(false);
});

test('ssh is told all that it may use, and nothing else counts', () => {
  const files = { identityFile: '/k', knownHostsFile: '/h' };
  const command = renderSshCommand({ ...files, connection: null });
  expect(command).toContain('ssh -F none -i /k -o IdentitiesOnly=yes -o BatchMode=yes');
  expect(command).toContain('-o StrictHostKeyChecking=yes');
  expect(command).toContain('-o UserKnownHostsFile=/h -o GlobalKnownHostsFile=/dev/null');
  expect(command).toContain('-o ControlPath=none');
  const kept = renderSshCommand({ ...files, connection: { socket: '/s', seconds: 90 } });
  expect(kept).toContain('-o ControlMaster=auto -o ControlPath=/s -o ControlPersist=90');
});

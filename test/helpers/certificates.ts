import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from './temporary-directory.ts';

/** What is wrong with a certificate, if anything. */
export type CertificateKind = 'valid' | 'wrong-name' | 'expired' | 'foreign-authority';

/** Paths of PEM files. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate authority of one test. */
export interface Authority {
  /** What a client has to trust. */
  readonly caFile: string;
  /** A certificate for 127.0.0.1 and localhost, or one with exactly one thing wrong. */
  issue(kind: CertificateKind): Certificate;
}

/** Makes an authority with openssl (50 ms). */
export function makeAuthority(): Authority {
  const dir = temporaryDirectory();
  const trusted = makeRoot(dir, 'trusted');
  return {
    caFile: trusted.certFile,
    issue: (kind) => {
      const root = kind === 'foreign-authority' ? makeRoot(dir, 'foreign') : trusted;
      return issue(dir, root, kind);
    },
  };
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function makeRoot(dir: string, name: string): Certificate {
  const [certFile, keyFile] = [join(dir, `${name}.pem`), join(dir, `${name}.key`)];
  const subject = ['-subj', `/CN=${name} authority`, '-days', '30'];
  openssl('req', '-x509', ...NEW_KEY, ...subject, '-keyout', keyFile, '-out', certFile);
  return { certFile, keyFile };
}

function issue(dir: string, root: Certificate, kind: CertificateKind): Certificate {
  const [certFile, keyFile] = [join(dir, `${kind}.pem`), join(dir, `${kind}.key`)];
  const [request, extensions] = [join(dir, `${kind}.csr`), join(dir, `${kind}.ext`)];
  const names = kind === 'wrong-name' ? 'DNS:elsewhere.example' : 'IP:127.0.0.1,DNS:localhost';
  writeFileSync(extensions, `subjectAltName=${names}\n`);
  openssl('req', '-new', ...NEW_KEY, '-subj', '/CN=git server', '-keyout', keyFile, '-out', request);
  const signer = ['-CA', root.certFile, '-CAkey', root.keyFile, '-CAcreateserial', '-extfile', extensions];
  const days = ['-days', kind === 'expired' ? '-1' : '30'];
  openssl('x509', '-req', '-in', request, ...signer, ...days, '-out', certFile);
  return { certFile, keyFile };
}

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}

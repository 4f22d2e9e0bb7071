import { describe } from 'vitest';
import type { Bench } from './git-source/bench.ts';
import { hostileContract } from './git-source/hostile.contract.ts';
import { httpAccessContract } from './git-source/http-access.contract.ts';
import type { ServedBench } from './git-source/outage.contract.ts';
import { faultyServerContract, outageContract } from './git-source/outage.contract.ts';
import { scaleContract } from './git-source/scale.contract.ts';
import { sshAccessContract } from './git-source/ssh-access.contract.ts';
import { trackingContract } from './git-source/tracking.contract.ts';

/** What the reconciler relies on, wherever a repository is. */
export function gitSourceContract(name: string, bench: Bench): void {
  describe(`${name} keeps the promises of a git source`, () => {
    trackingContract(bench);
    hostileContract(bench);
    outageContract(bench);
  });
}

/** The same for repositories that take a while to read. */
export function largeGitSourceContract(name: string, bench: Bench): void {
  describe(`${name} keeps the promises of a git source`, () => scaleContract(bench));
}

/** The same for one that is reached by a connection. */
export function servedGitSourceContract(name: string, bench: ServedBench): void {
  gitSourceContract(name, bench);
  describe(`${name} keeps the promises of a git source`, () => faultyServerContract(bench));
}

/** How a source shows at a server who it is, and how it knows the server; once for each implementation. */
export function accessContract(name: string, bench: Bench, protocol: 'http' | 'ssh'): void {
  describe(`${name} keeps the promises of a git source`, () => {
    if (protocol === 'http') httpAccessContract(bench);
    else sshAccessContract(bench);
  });
}

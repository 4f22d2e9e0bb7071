import type { ErrorCode, ReconcileError } from '../errors.ts';
import { ERRORS } from '../errors.ts';
import { checkService } from './check-service.ts';
import type { Finding, PlaceFacts, PlaceProposal, ServiceFacts, Weakness } from './facts.ts';
import { FINDINGS } from './findings.ts';
import { describeProposals } from './proposals.ts';

/** All that was seen of a host. */
export interface Setup {
  /** What a run would end with before it comes to php-fpm. */
  readonly errors: readonly ReconcileError[];
  readonly places: PlaceFacts;
  /** Null on a host that gets no php-fpm file. */
  readonly service: ServiceFacts | null;
}

/** Every weakness of a host: errors first, then warnings, then notes. */
export function checkSetup({ errors, places, service }: Setup): readonly Finding[] {
  const proposals = service?.proposals ?? [];
  const all = [...errors, ...places.errors, ...(service?.errors ?? [])];
  const weak = [...(service === null ? [] : checkService(service)), ...checkPlaces(places)];
  const findings = weak.map(makeFinding);
  return [
    ...all.filter(isOfTheHost).map((error) => makeErrorFinding(error, proposals)),
    ...findings.filter(({ severity }) => severity === 'warning'),
    ...findings.filter(({ severity }) => severity === 'note'),
  ];
}

/** An error as a finding; places for the file are proposed to one that is about its place. */
export function makeErrorFinding(error: ReconcileError, proposals: readonly PlaceProposal[]): Finding {
  const { code, message } = error;
  const isPlace = code === 'LAYOUT_WRONG' || code === 'CONFIG_INVALID';
  const advice = [ERRORS[code].hint, ...(isPlace ? describeProposals(proposals) : [])].join('\n');
  return { severity: 'error', code, message: message.trimEnd(), advice };
}

/** What the host's own configuration can cure, although another commit would cure it as well. */
const CURED_BY_BOTH: readonly ErrorCode[] = ['HOST_UNKNOWN', 'SECRET_EXPOSED'];

/** What only another commit would cure is no weakness of the host; `reconcile plan` tells it. */
function isOfTheHost({ code }: ReconcileError): boolean {
  return ERRORS[code].next !== 'on-new-commit' || CURED_BY_BOTH.includes(code);
}

function makeFinding({ code, message, proposals = [] }: Weakness): Finding {
  const { severity, advice } = FINDINGS[code];
  return { severity, code, message, advice: [advice, ...describeProposals(proposals)].join('\n') };
}

const IN_MEMORY = ['tmpfs', 'ramfs'];
const NOT_LOCAL = ['nfs', 'cifs', 'smb', 'smb2', 'ceph', 'afs', '9p', 'fuse'];

function checkPlaces(places: PlaceFacts): readonly Weakness[] {
  const { state, lock, proposals } = places;
  const weaknesses: Weakness[] = places.withAccessList.map((path) => ({
    code: 'ACCESS_LIST_LOST',
    message: `${path} has an access list, which is lost when the file is replaced`,
  }));
  for (const path of places.openSecrets) {
    weaknesses.push({ code: 'SECRET_FILE_OPEN', message: `${path} can be read by everybody on this host` });
  }
  if (IN_MEMORY.includes(state.fileSystem ?? '')) {
    const message = `the state directory ${state.path} is on ${state.fileSystem}, which is empty after a reboot`;
    weaknesses.push({ code: 'STATE_NOT_KEPT', message });
  }
  if (NOT_LOCAL.includes(lock.fileSystem ?? '')) {
    weaknesses.push({ code: 'LOCK_NOT_LOCAL', message: `the lock ${lock.path} is on ${lock.fileSystem}` });
  }
  if (proposals.length > 0) {
    const message = 'php-fpm is installed here, and the host configuration names no file for it';
    weaknesses.push({ code: 'FILE_NOT_NAMED', message, proposals });
  }
  return weaknesses;
}

import type { Command } from '../command.ts';
import { once } from './once.ts';

/** What `reconcile` does without a command. */
export const mainCommand: Command = once;

/** A command that is loaded when it is called: each has packages that the others do not need. */
interface Entry {
  readonly name: string;
  /** For this program itself and for hooks, and shown to nobody. */
  readonly isInner?: true;
  load(): Promise<Command>;
}

/** Every command, in the order of `--help`. A new one is one file and one line here. */
const ENTRIES: readonly Entry[] = [
  { name: 'plan', load: async () => (await import('./plan.ts')).plan },
  { name: 'status', load: async () => (await import('./status.ts')).status },
  { name: 'history', load: async () => (await import('./history.ts')).history },
  { name: 'doctor', load: async () => (await import('./doctor.ts')).doctor },
  { name: 'render', load: async () => (await import('./render.ts')).render },
  { name: 'check', load: async () => (await import('./check.ts')).check },
  { name: 'init', load: async () => (await import('./init.ts')).init },
  { name: 'accept-rewind', load: async () => (await import('./accept-rewind.ts')).acceptRewindCommand },
  { name: 'daemon', load: async () => (await import('./daemon.ts')).daemon },
  { name: 'pause', load: async () => (await import('./pause.ts')).pause },
  { name: 'resume', load: async () => (await import('./resume.ts')).resume },
  { name: 'receive', load: async () => (await import('./receive.ts')).receive },
  { name: 'pre-receive', isInner: true, load: async () => (await import('./pre-receive.ts')).preReceive },
  { name: 'post-receive', isInner: true, load: async () => (await import('./post-receive.ts')).postReceive },
  { name: 'runner', isInner: true, load: async () => (await import('./runner.ts')).runner },
];

/** All that people can call. */
export async function loadCommands(): Promise<readonly Command[]> {
  return await load(({ isInner }) => isInner !== true);
}

/** Those that a command line may mean: the ones that it names, or all where it asks for help. */
export async function loadNamed(argv: readonly string[]): Promise<readonly Command[]> {
  if (['help', '--help', '-h'].some((word) => argv.includes(word))) return await loadCommands();
  return await load(({ name }) => argv.includes(name));
}

async function load(isWanted: (entry: Entry) => boolean): Promise<readonly Command[]> {
  return await Promise.all(ENTRIES.filter(isWanted).map(async (entry) => await entry.load()));
}

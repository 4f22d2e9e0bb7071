import type { Command } from '../command.ts';
import { acceptRewindCommand } from './accept-rewind.ts';
import { check } from './check.ts';
import { daemon } from './daemon.ts';
import { doctor } from './doctor.ts';
import { history } from './history.ts';
import { init } from './init.ts';
import { once } from './once.ts';
import { pause } from './pause.ts';
import { plan } from './plan.ts';
import { render } from './render.ts';
import { resume } from './resume.ts';
import { runner } from './runner.ts';
import { status } from './status.ts';

/** What `reconcile` does without a command. */
export const mainCommand: Command = once;

/** Every command, in the order of `--help`. A new one is one file and one line here. */
export const commands: readonly Command[] = [
  plan,
  status,
  history,
  doctor,
  render,
  check,
  init,
  acceptRewindCommand,
  daemon,
  pause,
  resume,
];

/** Those that the program calls itself with. */
export const innerCommands: readonly Command[] = [runner];

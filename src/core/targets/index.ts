import type { TargetName } from '../types.ts';
import { phpFpm } from './php-fpm.ts';
import { shell } from './shell.ts';
import type { Target } from './target.ts';

/** Every kind of file that a host can get. */
export const TARGETS: Readonly<Record<TargetName, Target>> = { 'php-fpm': phpFpm, shell };

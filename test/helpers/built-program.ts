import { join } from 'node:path';

/** The program as it is built: what Node.js is called with. */
export const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'main.js');

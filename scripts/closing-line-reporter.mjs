import { writeSync } from 'node:fs';

/**
 * A vitest reporter that ends the output with one plain line, `12 passed, 0 failed, 3 skipped`, which any CI can count.
 *
 * A test file that cannot be loaded, a failed hook and an unhandled error have no failed test of their own: each
 * counts as one failure, so that a run which failed never says `0 failed`. The line is written when the process
 * ends, because vitest prints its coverage after the last reporter event.
 */
export default class ClosingLineReporter {
  #count = { passed: 0, failed: 0, skipped: 0 };

  onInit() {
    process.once('exit', (code) => writeSync(1, `\n${closingLine(this.#count, code)}\n`));
  }

  /** Takes the figures of the whole run; in watch mode the last run wins. */
  onTestRunEnd(modules, unhandledErrors) {
    this.#count = countTests(modules, unhandledErrors);
  }
}

function countTests(modules, unhandledErrors) {
  const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      count[state === 'pending' ? 'failed' : state]++;
    }
    for (const suite of [module, ...module.children.allSuites()]) {
      count.failed += suite.errors().length;
    }
  }
  return count;
}

/** A run that ended badly before or beside its tests (no test found, a crash, a coverage limit) counts as one failure. */
function closingLine({ passed, failed, skipped }, exitCode) {
  const failures = failed === 0 && exitCode !== 0 ? 1 : failed;
  return `${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

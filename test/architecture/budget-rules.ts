import type { Rule } from './rule.ts';
import type { FunctionSize, SourceFile } from './source-file.ts';

/** The figures of the code that we want to be at home with. */
export const limits = {
  fileLines: 250,
  nounLines: 400, // core/types.ts alone: all nouns stand in one file, and it holds no code
  fileMedian: 65, // non-blank lines
  functionLines: 50,
  functionMedian: 12,
  parameters: 3,
};

const NOUNS = 'core/types.ts';

/** The rules about size. */
export const budgetRules: readonly Rule[] = [
  {
    promise: `no file is longer than ${limits.fileLines} lines`,
    reason: 'A longer file holds a second idea: give it a file and a name of its own',
    check: (files) =>
      files
        .map((file) => ({ ...file, limit: file.path === NOUNS ? limits.nounLines : limits.fileLines }))
        .filter((file) => file.lines > file.limit)
        .map((file) => `${file.path} has ${file.lines} lines (limit ${file.limit})`),
  },
  {
    promise: `half of the files have at most ${limits.fileMedian} lines that are not blank`,
    reason: 'A reader finds an idea by its file name and reads it on one screen',
    check: (files) => {
      const figure = median(files.map((file) => file.nonBlankLines));
      const longest = [...files].sort((left, right) => right.nonBlankLines - left.nonBlankLines).slice(0, 5);
      const named = longest.map((file) => `${file.path} ${file.nonBlankLines}`).join(', ');
      return figure > limits.fileMedian
        ? [
            `the median file has ${figure} lines that are not blank (limit ${limits.fileMedian}); the longest: ${named}`,
          ]
        : [];
    },
  },
  {
    promise: `no function is longer than ${limits.functionLines} lines`,
    reason: 'A longer function has stages that want names',
    check: (files) =>
      functionsOf(files)
        .filter(({ lines }) => lines > limits.functionLines)
        .map(({ label, lines }) => `${label} has ${lines} lines (limit ${limits.functionLines})`),
  },
  {
    promise: `half of the named functions have at most ${limits.functionMedian} lines`,
    reason: 'Short functions read as sentences; callbacks are not counted, they would hide the others',
    check: (files) => {
      const figure = median(functionsOf(files).flatMap(({ name, lines }) => (name === null ? [] : [lines])));
      return figure > limits.functionMedian
        ? [`the median function of src has ${figure} lines (limit ${limits.functionMedian})`]
        : [];
    },
  },
  {
    promise: `no function takes more than ${limits.parameters} parameters`,
    reason: 'More of them are confused at the call: give them names in one object',
    check: (files) =>
      functionsOf(files)
        .filter(({ parameters }) => parameters > limits.parameters)
        .map(
          ({ label, parameters }) => `${label} takes ${parameters} parameters (limit ${limits.parameters})`,
        ),
  },
];

/** Comment lines for every hundred lines that are not blank; 0 for no files. Ten to fifteen is usual among our models. */
export function commentShare(files: readonly SourceFile[]): number {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const all = sum(files.map((file) => file.nonBlankLines));
  return all === 0 ? 0 : (100 * sum(files.map((file) => file.commentLines))) / all;
}

/** The lower one of the two in the middle; 0 for none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((left, right) => left - right);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

function functionsOf(files: readonly SourceFile[]): (FunctionSize & { readonly label: string })[] {
  return files.flatMap((file) =>
    file.functions.map((size) => ({
      ...size,
      label: `${file.path}:${size.line} ${size.name ?? 'a function'}`,
    })),
  );
}

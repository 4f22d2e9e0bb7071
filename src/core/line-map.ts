import type { Location } from './types.ts';

/**
 * Turns offsets of a text (UTF-16 units) into locations. Columns count characters, so that a place after an
 * emoji is where editors show it. Asking in rising order is linear over the whole text, whatever the length of
 * its lines.
 */
export class LineMap {
  readonly #file: string;
  readonly #text: string;
  readonly #starts: readonly number[];
  #last = { line: 0, offset: 0, column: 1 };

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
    this.#starts = lineStarts(text);
  }

  /** The location of an offset; one past the end is the place after the last character. */
  locate(offset: number): Location {
    const line = this.#lineOf(offset);
    const start = this.#starts[line] ?? 0;
    const near = this.#last.line === line && this.#last.offset <= offset;
    const from = near ? this.#last : { offset: start, column: 1 };
    const column = from.column + countCharacters(this.#text, from.offset, offset);
    this.#last = { line, offset, column };
    return { file: this.#file, line: line + 1, column };
  }

  #lineOf(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low;
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** A pair of surrogates is one character; its second half adds nothing. */
function countCharacters(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0xdc00 || unit > 0xdfff) count++;
  }
  return count;
}

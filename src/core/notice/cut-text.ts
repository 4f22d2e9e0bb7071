const ELLIPSIS = '…';

/** What a text takes of a limit. Of two texts together it is the sum of both. */
export type Measure = (text: string) => number;

/** Bytes of UTF-8. */
export const bytesOf: Measure = (text) => Buffer.byteLength(text);

/** Bytes inside a JSON string. */
export const jsonBytesOf: Measure = (text) => Buffer.byteLength(JSON.stringify(text)) - 2;

/** UTF-16 units, which are at least as many as there are characters. */
export const unitsOf: Measure = (text) => text.length;

/** The beginning of a text that fits a limit, with `…` where something is missing. No character that people see is cut in two. */
export function cutText(text: string, limit: number, sizeOf: Measure): string {
  if (sizeOf(text) <= limit) return text;
  const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
  let room = limit - sizeOf(ELLIPSIS);
  let end = 0;
  for (const { segment, index } of segmenter.segment(text)) {
    room -= sizeOf(segment);
    if (room < 0) break;
    end = index + segment.length;
  }
  return `${text.slice(0, end)}${ELLIPSIS}`;
}

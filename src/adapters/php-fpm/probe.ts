/**
 * A script that says what a worker sees, and how to read its answer. It runs on every php-fpm since PHP 5.3.
 *
 * Asked with names separated by NUL, it gives for each: `getenv(NAME)`, then `$_SERVER[NAME]`, as `+` and the value or
 * `-` when it is not there, each ended by NUL; then an empty field and the names of all of `$_SERVER`.
 */
export const PROBE_SCRIPT = `<?php
$show = function ($value) { echo is_string($value) ? '+' . $value : '-', "\\0"; };
foreach (explode("\\0", file_get_contents('php://input')) as $name) {
  if ($name === '') { continue; }
  $show(getenv($name));
  $show(isset($_SERVER[$name]) ? $_SERVER[$name] : null);
}
echo "\\0", implode("\\0", array_keys($_SERVER));
`;

/** What a worker sees of the names it was asked for. Values are bytes; null: not there. */
export interface ProbeAnswer {
  readonly seen: ReadonlyMap<string, { readonly getenv: Buffer | null; readonly server: Buffer | null }>;
  /** All names in `$_SERVER`. */
  readonly serverNames: readonly string[];
}

/** Takes the script's answer apart. Null when it is not one, e.g. because PHP printed a message into it. */
export function parseProbeAnswer(output: Buffer, names: readonly string[]): ProbeAnswer | null {
  const fields = splitAtNul(output);
  const head = fields.slice(0, names.length * 2);
  if (fields.length <= head.length || fields[head.length]?.length !== 0) return null;
  if (!head.every((field) => field[0] === PRESENT || field.equals(ABSENT))) return null;
  const value = (index: number): Buffer | null => {
    const field = head[index];
    return field === undefined || field[0] !== PRESENT ? null : field.subarray(1);
  };
  return {
    seen: new Map(names.map((name, i) => [name, { getenv: value(2 * i), server: value(2 * i + 1) }])),
    serverNames: fields.slice(head.length + 1).map((field) => field.toString()),
  };
}

const PRESENT = '+'.charCodeAt(0);
const ABSENT = Buffer.from('-');

function splitAtNul(bytes: Buffer): readonly Buffer[] {
  const fields: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
    fields.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return [...fields, bytes.subarray(start)];
}

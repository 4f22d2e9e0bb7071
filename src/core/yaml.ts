import type { Document, Scalar, YAMLMap } from 'yaml';
import { Composer, CST, isMap, isScalar, isSeq, Lexer, Parser } from 'yaml';
import { complain } from './complain.ts';
import { decodeText } from './decode.ts';
import { LineMap } from './line-map.ts';
import type { Checked, Complaint, Location } from './types.ts';
import type { YamlLimits } from './yaml-guard.ts';
import { TAGS, YamlGuard } from './yaml-guard.ts';
import type { Finding, Lexeme } from './yaml-lexeme.ts';
import type { YamlEntry, YamlNode } from './yaml-node.ts';

/** php-fpm takes half a second more for each fork at 10,000 variables, so no layer that works comes near. */
export const YAML_LIMITS: YamlLimits = { bytes: 256 * 1024, depth: 8, entries: 10_000 };

const MAX_COMPLAINTS = 20;
const NULLS = new Set(['', '~', 'null', 'Null', 'NULL']);

/** Sentences for the codes whose own message would quote the file, and with it perhaps a secret. */
const SENTENCES: ReadonlyMap<string, string> = new Map([
  ['UNEXPECTED_TOKEN', 'not expected here; look for a missing quote, comma, bracket or indentation'],
  ['TAG_RESOLVE_FAILED', 'a tag stands before a text only'],
  ['BAD_COLLECTION_TYPE', 'a tag stands before a text only'],
  ['RESOURCE_EXHAUSTION', 'nested too deep'],
]);

/**
 * Reads one YAML file strictly. **The text as written is the value**: `1.10`, `007`, `on` and 9007199254740993 stay
 * as they are; quoted and block texts give exactly the value that YAML 1.2 defines. What cannot be read exactly is
 * refused: bytes that are not plain UTF-8 text (see decodeText), texts without quotes over several lines, anchors,
 * aliases, other tags, directives, second documents, `? key`, duplicate keys (compared as text), NUL, lone
 * surrogates. One leading `---` is allowed. The value is null when anything is refused; no message quotes a value.
 *
 * No input of up to `limits.bytes` takes longer than a second. Codes: FILE_TOO_LARGE, TEXT_ENCODING, YAML_SYNTAX,
 * YAML_FORBIDDEN, YAML_DUPLICATE, YAML_SHAPE (nested too deep), VALUE_IMPOSSIBLE (NUL).
 */
export function parseYaml(file: string, bytes: Uint8Array, limits = YAML_LIMITS): Checked<YamlNode> {
  const text = decodeText(file, bytes, limits.bytes);
  if (text.value === null) return { value: null, complaints: text.complaints };
  const map = new LineMap(file, text.value);
  const { lexemes, findings } = lex(text.value, limits);
  if (findings.length > 0) return { value: null, complaints: findings.map((found) => locate(found, map)) };
  const { document, complaints } = compose(lexemes, map);
  if (complaints.length > 0) return { value: null, complaints };
  if (document === null) return { value: { kind: 'empty', at: map.locate(0) }, complaints };
  const tree = new TreeBuilder(map, limits.depth);
  const value = tree.build(document.contents, 0);
  return { value: tree.complaints.length === 0 ? value : null, complaints: tree.complaints };
}

interface Lexed {
  readonly lexemes: readonly string[];
  readonly findings: readonly Finding[];
}

/** Lexemes as the parser takes them; the guard sees each before the next is made. */
function lex(text: string, limits: YamlLimits): Lexed {
  const guard = new YamlGuard(limits);
  const lexemes: string[] = [];
  const findings: Finding[] = [];
  for (const lexeme of describeLexemes(text, lexemes)) {
    const finding = guard.check(lexeme);
    if (finding !== null) findings.push(finding);
    if (finding?.last || findings.length === MAX_COMPLAINTS) break;
  }
  return { lexemes, findings };
}

/** Markers of the lexer that take no room in the file; `scalar` announces a text. */
const MARKERS = new Set(['scalar', 'doc-mode', 'flow-error-end']);

/** Names the lexemes for the guard, and keeps each as it is in `lexemes`. */
function* describeLexemes(text: string, lexemes: string[]): Generator<Lexeme> {
  let offset = 0;
  let announced = false;
  let header: string | null = null;
  for (const source of new Lexer().lex(text)) {
    lexemes.push(source);
    if (announced) {
      yield header === null ? { type: 'plain', offset, source } : { type: 'block', offset, source, header };
      header = null;
    }
    const type: string = announced ? '' : (CST.tokenType(source) ?? 'unknown');
    if (!announced) yield { type, offset, source };
    if (type === 'block-scalar-header') header = source;
    announced = type === 'scalar';
    if (!MARKERS.has(type)) offset += source.length;
  }
}

interface Composed {
  readonly document: Document.Parsed | null;
  readonly complaints: readonly Complaint[];
}

/** The one document of the lexemes; null when they hold nothing but comments. */
function compose(lexemes: readonly string[], map: LineMap): Composed {
  const parser = new Parser();
  const composer = new Composer({
    version: '1.2',
    schema: 'failsafe',
    strict: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    customTags: (tags) => [...tags, ...TAGS.map((tag) => ({ tag, resolve: (text: string) => text }))],
  });
  const documents: Document.Parsed[] = [];
  for (const lexeme of lexemes) {
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  const { errors, warnings } = composer.streamInfo();
  documents.push(...composer.end());
  const [document = null] = documents;
  const mistakes = documents.flatMap((one) => [...one.errors, ...one.warnings]);
  return { document, complaints: complainByLine([...errors, ...warnings, ...mistakes], map) };
}

interface Mistake {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

/** Errors and warnings of the `yaml` package, one per line of the file: what follows on a line is mostly echo. */
function complainByLine(mistakes: readonly Mistake[], map: LineMap): readonly Complaint[] {
  const byLine = new Map<number, Complaint>();
  for (const { code, message, pos } of mistakes) {
    const at = map.locate(pos[0]);
    const sentence = SENTENCES.get(code) ?? message.charAt(0).toLowerCase() + message.slice(1);
    if (!byLine.has(at.line)) byLine.set(at.line, complain('YAML_SYNTAX', at, sentence));
    if (byLine.size === MAX_COMPLAINTS) break;
  }
  return [...byLine.values()];
}

function locate(found: Finding, map: LineMap): Complaint {
  return complain(found.code, map.locate(found.offset), found.message);
}

/** Makes our tree of the package's, and collects what is wrong with texts and keys. */
class TreeBuilder {
  readonly complaints: Complaint[] = [];
  readonly #map: LineMap;
  readonly #maxDepth: number;
  #depth = 0;

  constructor(map: LineMap, maxDepth: number) {
    this.#map = map;
    this.#maxDepth = maxDepth;
  }

  /** `offset`: where an absent node would stand. */
  build(node: unknown, offset: number): YamlNode {
    if (isScalar(node)) return this.#buildScalar(node);
    const at = this.#map.locate((isMap(node) || isSeq(node) ? node.range?.[0] : null) ?? offset);
    if (!isMap(node) && !isSeq(node)) return { kind: 'empty', at };
    if (node.tag !== undefined)
      this.#complain(complain('YAML_FORBIDDEN', at, 'a tag stands before a text only'));
    if (++this.#depth > this.#maxDepth) {
      this.#complain(complain('YAML_SHAPE', at, `nested more than ${this.#maxDepth} deep`));
    }
    const built: YamlNode = isMap(node)
      ? { kind: 'map', entries: this.#buildEntries(node), at }
      : { kind: 'list', items: node.items.map((item) => this.build(item, node.range?.[0] ?? offset)), at };
    this.#depth--;
    return built;
  }

  /** What comes after the first hundred is no news. */
  #complain(complaint: Complaint): void {
    if (this.complaints.length < 100) this.complaints.push(complaint);
  }

  #buildScalar(scalar: Scalar): YamlNode {
    const offset = scalar.range?.[0] ?? 0;
    const at = this.#map.locate(offset);
    const text = scalar.source ?? '';
    const plain = scalar.type === 'PLAIN';
    const tag = isKnownTag(scalar.tag) ? scalar.tag : null;
    if (tag === null && plain && NULLS.has(text)) return { kind: 'empty', at };
    if (text.includes('\0'))
      this.#complain(complain('VALUE_IMPOSSIBLE', at, 'NUL: no environment variable can hold it'));
    if (/\p{Surrogate}/u.test(text)) {
      const message =
        'half of a surrogate pair is no character; write \\U and eight digits for one above U+FFFF';
      this.#complain(complain('TEXT_ENCODING', at, message));
    }
    return { kind: 'text', text, plain, tag, at };
  }

  #buildEntries(map: YAMLMap): readonly YamlEntry[] {
    const entries = new Map<string, YamlEntry>();
    for (const pair of map.items) {
      const key = this.#buildKey(pair.key, map.range?.[0] ?? 0);
      const end = isScalar(pair.key) ? (pair.key.range?.[1] ?? 0) : 0;
      const value = this.build(pair.value, end);
      if (key === null) continue;
      const first = entries.get(key.text);
      if (first === undefined) entries.set(key.text, { key: key.text, keyAt: key.at, value });
      else this.#complain(complain('YAML_DUPLICATE', key.at, describeDuplicate(key.text, first.keyAt)));
    }
    return [...entries.values()];
  }

  /** A key is text as written: `1` and `"1"` are the same key, and `null` is one like any other. */
  #buildKey(node: unknown, offset: number): { readonly text: string; readonly at: Location } | null {
    const at = this.#map.locate((isScalar(node) ? node.range?.[0] : null) ?? offset);
    if (isScalar(node) && node.tag === undefined && (node.source !== '' || node.type !== 'PLAIN')) {
      this.#buildScalar(node);
      return { text: node.source ?? '', at };
    }
    this.#complain(complain('YAML_SYNTAX', at, 'a key must be a text without a tag'));
    return null;
  }
}

function isKnownTag(tag: string | undefined): tag is '!unset' | '!expand' {
  return tag !== undefined && TAGS.includes(tag);
}

function describeDuplicate(key: string, first: Location): string {
  const shown = key.length > 60 ? `${key.slice(0, 60)}…` : key;
  return `${JSON.stringify(shown)} stands here again; it is already in line ${first.line}, column ${first.column}`;
}

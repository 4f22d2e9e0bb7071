import type { Location } from './types.ts';

/** What a YAML file holds. Keys and values are text; what a text means is for its reader to say. */
export type YamlNode = YamlMap | YamlList | YamlText | YamlEmpty;

export interface YamlMap {
  readonly kind: 'map';
  /** In file order, keys unique. */
  readonly entries: readonly YamlEntry[];
  readonly at: Location;
}

export interface YamlEntry {
  readonly key: string;
  readonly keyAt: Location;
  readonly value: YamlNode;
}

export interface YamlList {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly at: Location;
}

export interface YamlText {
  readonly kind: 'text';
  readonly text: string;
  /** Written without quotes: `true` and `"true"` differ only here. */
  readonly plain: boolean;
  readonly tag: '!unset' | '!expand' | null;
  readonly at: Location;
}

/** `~`, `null` or nothing at all. */
export interface YamlEmpty {
  readonly kind: 'empty';
  readonly at: Location;
}

/** How the text of a setting is read. `mode`: octal permission bits; `path`: absolute; `remote`: path or URL; `list`: texts. */
export type SettingType =
  | 'text'
  | 'path'
  | 'remote'
  | 'integer'
  | 'seconds'
  | 'seconds-or-0'
  | 'boolean'
  | 'mode'
  | 'list';

/** One setting of the host configuration. */
export interface SettingSpec {
  /** Where it stands in the file, keys joined by dots. */
  readonly path: string;
  readonly type: SettingType;
  /** What holds when it is not given, in words. */
  readonly fallback: string;
  readonly meaning: string;
  /** Environment variable that overrides the file. */
  readonly environment?: string;
}

/** One row of the list. */
export function setting(
  path: string,
  type: SettingType,
  words: { fallback: string; meaning: string; environment?: string },
): SettingSpec {
  return { path, type, ...words };
}

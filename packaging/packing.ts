/** Where a package goes, and how small it becomes: `none` takes a second instead of a minute. */
export interface Packing {
  /** An existing directory. */
  readonly output: string;
  readonly compression: 'xz' | 'none';
}

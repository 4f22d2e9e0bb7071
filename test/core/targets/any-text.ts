import fc from 'fast-check';

/** Any well-formed text, NUL included; fast-check's own `binary` unit takes ten seconds to start. */
export const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0, max: 0x10ffff })))
  .map((codes) => codes.filter((code) => code < 0xd800 || code > 0xdfff))
  .map((codes) => String.fromCodePoint(...codes));

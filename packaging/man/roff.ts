/** Text as man(7) takes it: what stands between backquotes becomes bold, and every character is shown as it is. */
export function escapeText(text: string): string {
  return text
    .split('`')
    .map((part, i) => (i % 2 === 0 ? escapePlain(part) : bold(part)))
    .join('');
}

/** A word that is typed as it stands. */
export function bold(word: string): string {
  return `\\fB${escapePlain(word)}\\fR`;
}

/** A word that somebody puts something else in the place of. */
export function italic(word: string): string {
  return `\\fI${escapePlain(word)}\\fR`;
}

/** A hyphen would become a typographical one, and a dot at the start of a line would be an order. */
function escapePlain(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/gm, '\\&');
}

/** The first lines of a page. `date`: of the release. */
export function renderHead(page: { name: string; section: number; date: string; version: string }): string {
  const { name, section, date, version } = page;
  return `.TH ${name} ${section} ${date} "php\\-env\\-reconciler ${version}"\n`;
}

/** A heading. */
export function renderHeading(title: string): string {
  return `.SH ${title}\n`;
}

/** A term, made of what the functions above give, and what it means. */
export function renderTerm(term: string, meaning: string): string {
  return `.TP\n${term}\n${meaning}\n`;
}

/** Lines that stay as they are. */
export function renderExample(text: string): string {
  const lines = text.trimEnd().split('\n').map(escapePlain);
  return `.RS\n.nf\n${lines.join('\n')}\n.fi\n.RE\n`;
}

/** Paragraphs below a heading. */
export function renderParagraphs(...texts: readonly string[]): string {
  return texts.map((text) => `${escapeText(text)}\n`).join('.PP\n');
}

/** The first letter as a sentence has it. */
export function upperFirst(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

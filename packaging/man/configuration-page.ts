import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SettingSpec } from '../../src/config/setting.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { DEFAULT_CONFIG_PATH } from '../../src/core/paths.ts';
import type { Release } from '../release.ts';
import { formatDate, ROOT } from '../release.ts';
import {
  bold,
  escapeText,
  italic,
  renderExample,
  renderHead,
  renderHeading,
  renderParagraphs,
  renderTerm,
  upperFirst,
} from './roff.ts';

const ABOUT = `The configuration of one host. It is YAML; a setting \`repository.url\` stands as \`url:\` below \`repository:\`. \
Paths, owners, modes and commands can be set here alone, and never by the config repository. All mistakes are told at once; \
\`reconcile --print-config\` prints what is read, with its defaults.`;

/** reconcile-config.yaml(5), made of the list of settings. */
export function renderConfigurationPage(release: Release): string {
  const example = readFileSync(join(ROOT, 'packaging', 'files', 'config.yaml'), 'utf8');
  const date = formatDate(release);
  return [
    renderHead({ name: 'reconcile\\-config.yaml', section: 5, date, version: release.version }),
    renderHeading('NAME'),
    'reconcile\\-config.yaml \\- configuration of a host for reconcile\n',
    renderHeading('SYNOPSIS'),
    `${bold(DEFAULT_CONFIG_PATH)}\n`,
    renderHeading('DESCRIPTION'),
    renderParagraphs(ABOUT),
    renderHeading('SETTINGS'),
    ...SETTINGS.map(renderSetting),
    renderHeading('EXAMPLE'),
    renderExample(example),
    renderHeading('SEE ALSO'),
    '.BR reconcile (1)\n',
  ].join('');
}

function renderSetting({ path, type, fallback, meaning, environment }: SettingSpec): string {
  const override = environment === undefined ? '' : ` Overridden by \`${environment}\`.`;
  const absent = fallback === 'required' ? 'It is required.' : `When it is not given: ${fallback}.`;
  const text = `${upperFirst(meaning)}. ${absent}${override}`;
  return renderTerm(`${bold(path)} (${italic(type)})`, escapeText(text));
}

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { CHART, makeChartFiles } from '../../scripts/chart-files.ts';
import { readFencedBlocks } from '../docs/markdown.ts';
import { ROOT } from '../docs/pages.ts';
import { describeWithHelm, runHelm } from '../helpers/chart.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

type Tree = Readonly<Record<string, unknown>>;

const values: Tree = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8'));
const schema: Tree = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8'));

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Paths of a schema that have nothing below them, or anything. */
function pathsOfSchema(node: Tree, path = ''): readonly string[] {
  const properties = isTree(node.properties) ? Object.entries(node.properties) : [];
  if (properties.length === 0) return [path];
  return properties.flatMap(([name, below]) =>
    pathsOfSchema(below as Tree, path === '' ? name : `${path}.${name}`),
  );
}

/** Paths of the values, no deeper than the schema knows them. */
function pathsOfValues(node: Tree, known: readonly string[], path = ''): readonly string[] {
  return Object.entries(node).flatMap(([name, below]) => {
    const inner = path === '' ? name : `${path}.${name}`;
    return isTree(below) && !known.includes(inner) ? pathsOfValues(below, known, inner) : [inner];
  });
}

test('every value of the schema has a default, and every default a place in the schema', () => {
  const known = pathsOfSchema(schema).filter(
    (path) => path !== 'global' && !path.startsWith('configuration.'),
  );
  const given = pathsOfValues(values, known).filter((path) => path !== 'configuration');
  expect([...given].sort()).toEqual([...known].sort());
});

test('the table of values, the schema of settings and the alert rules are those of the code', () => {
  for (const [name, text] of makeChartFiles()) {
    expect(readFileSync(join(CHART, name), 'utf8'), `${name}: run npx tsx scripts/write-chart.ts`).toBe(text);
  }
});

test('the chart has the version of the program', () => {
  const { version } = JSON.parse(readFileSync(join(CHART, '..', '..', 'package.json'), 'utf8'));
  expect(parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8'))).toMatchObject({
    version,
    appVersion: version,
  });
});

/** Values that are refused: the file they change, what is set, and what helm says. */
const refused = [
  ['a mode that is none', 'daemonset', 'mode=both', "at '/mode'"],
  ['a value that is not known', 'daemonset', 'nope=1', "'nope' not allowed"],
  ['a setting that is not known', 'sidecar', 'configuration.nope=1', "'nope' not allowed"],
  ['a setting that the chart makes by itself', 'sidecar', 'configuration.state=/srv', "'state' not allowed"],
  [
    'an address with ftp',
    'daemonset',
    'configuration.repository.url=ftp://x/y',
    "at '/configuration/repository/url'",
  ],
  [
    'no address',
    'daemonset',
    'configuration.repository.url=null',
    "at '/configuration/repository/url': got null",
  ],
  [
    'an address with a password',
    'daemonset',
    'configuration.repository.url=https://me:secret@x/y',
    "at '/configuration/repository/url'",
  ],
  ['a tag that is a number', 'daemonset', 'image.tag=2', "at '/image/tag': got number, want string"],
  ['a digest that is none', 'daemonset', 'image.digest=sha256:12', "at '/image/digest'"],
  ['a webhook without a secret', 'webhook', 'webhook.existingSecret=', "at '/webhook/existingSecret'"],
  ['a webhook from a sender that is not known', 'webhook', 'webhook.sender=svn', "at '/webhook/sender'"],
  ['an Ingress without a host', 'webhook', 'webhook.ingress.host=', "at '/webhook/ingress/host'"],
  ['a webhook for nodes', 'daemonset', 'webhook.enabled=true', "at '/webhook/enabled'"],
  [
    'a key of a secret without its name',
    'daemonset',
    'credentials.existingSecret=',
    "at '/credentials/existingSecret'",
  ],
  [
    'a list of keys without its name',
    'air-gapped',
    'signers.existingConfigMap=',
    "at '/signers/existingConfigMap'",
  ],
  ['a sidecar of nothing', 'sidecar', 'sidecar.phpFpm.image=', "at '/sidecar/phpFpm/image'"],
  ['a sidecar that is root', 'sidecar', 'sidecar.runAsUser=0', "at '/sidecar/runAsUser'"],
  [
    'a file that php-fpm does not include',
    'daemonset',
    'daemonset.files.phpFpm.name=env',
    "at '/daemonset/files",
  ],
] as const;

describeWithHelm('values are refused:', () => {
  test.each(refused)('%s', (_what, variant, setting, complaint) => {
    const file = join(CHART, 'ci', `${variant}-values.yaml`);
    const { exit, said } = runHelm(['template', 'web', CHART, '--values', file, '--set', setting]);
    expect(said).toContain(complaint);
    expect(exit).not.toBe(0);
  });

  test('a webhook for nodes says why, where the schema is passed over', () => {
    const file = join(CHART, 'ci', 'daemonset-values.yaml');
    const args = ['template', 'web', CHART, '--values', file, '--set', 'webhook.enabled=true'];
    expect(runHelm([...args, '--skip-schema-validation']).said).toContain('nodes ask by themselves');
  });
});

const pages = ['docs/kubernetes.md', 'charts/php-env-reconciler/README.md'].flatMap((page) =>
  readFencedBlocks(readFileSync(join(ROOT, page), 'utf8'))
    .filter(({ language }) => language === 'yaml')
    .map(({ info, text }) => [page, info, text] as const),
);

describeWithHelm('the examples of the pages', () => {
  test('are there', () => {
    expect(pages.map(([, info]) => info)).toEqual([
      'daemonset-values.yaml',
      'sidecar-values.yaml',
      'my-values.yaml',
    ]);
  });

  test.each(pages)('%s: %s is complete and has no mistake', (_page, info, text) => {
    const file = join(temporaryDirectory(), info);
    writeFileSync(file, text);
    expect(runHelm(['lint', '--strict', CHART, '--values', file])).toMatchObject({ exit: 0 });
  });
});

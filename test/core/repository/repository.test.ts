import { describe, expect, test } from 'vitest';
import { formatComplaint } from '../../../src/core/complain.ts';
import { parseRepository } from '../../../src/core/repository/repository.ts';
import { makeRepositorySnapshot } from '../../fixtures/repository.ts';
import type { Files } from '../../helpers/repository-parts.ts';
import { complaintsAbout } from '../../helpers/repository-parts.ts';

test('the fixture is read without a complaint', () => {
  const { value, complaints } = parseRepository(makeRepositorySnapshot());
  expect(complaints).toEqual([]);
  expect([value?.hosts.size, value?.declarations.size, value?.layers.size, value?.templates.size]).toEqual([
    10, 26, 9, 2,
  ]);
  expect(value?.hosts.get('php-144-001')).toMatchObject({
    environment: 'regression',
    groups: ['regression', 'slow'],
    labels: new Map([
      ['rack', 'a3'],
      ['owner', 'team 卷皮'],
    ]),
    addresses: ['10.0.144.1', '2001:db8::1'],
    at: { file: 'hosts.yaml', line: 4, column: 1 },
  });
});

describe('each mistake is told at its place', () => {
  const settings = (text: string): Files => ({ 'reconcile.yaml': text });
  test.each<[Files, string]>([
    [{ 'reconcile.yaml': null }, 'reconcile.yaml is missing [FILE_MISSING]'],
    [{ 'hosts.yaml': null }, 'hosts.yaml is missing [FILE_MISSING]'],
    [settings('format: 1\nid: x\n'), 'reconcile.yaml:1:1: reconcile.yaml must say layers: '],
    [settings('format: 2\nid: x\nlayers: [env/common.yaml]'), 'reconcile.yaml:1:9: format: "2" is none of 1'],
    [
      settings('format: 1\nid: x\nlayer: [env/common.yaml]'),
      'reconcile.yaml:3:1: unknown key "layer"; did you mean "layers"? [YAML_SHAPE]',
    ],
    [settings('format: 1\nid: a b\nlayers: [env/common.yaml]'), 'reconcile.yaml:2:5: id: "a b" is not an id'],
    [
      settings('format: 1\nid: x\nlayers: env/common.yaml'),
      'reconcile.yaml:3:9: layers: expected a list of texts such as [a, b], not a text',
    ],
    [settings('format: 1\nid: x\nlayers: []'), 'reconcile.yaml:3:1: layers must not be empty'],
    [
      settings('format: 1\nid: x\nlayers: [../etc/passwd]'),
      'reconcile.yaml:3:10: layers: "../etc/passwd" is not a path',
    ],
    [
      settings('format: 1\nid: x\nlayers: [env/../x.yaml]'),
      'reconcile.yaml:3:10: layers: "env/../x.yaml" is not a path',
    ],
    [
      settings('format: 1\nid: x\nlayers: ["env/{role}.yaml"]'),
      'reconcile.yaml:3:10: layers: "env/{role}.yaml" may hold {group}',
    ],
    [
      settings('format: 1\nid: x\nlayers: [env/common.yaml, env/common.yaml]'),
      'reconcile.yaml:3:27: layers already has this item [YAML_DUPLICATE]',
    ],
    [
      settings('format: 1\nid: x\nlayers: [env/other.yaml]'),
      'reconcile.yaml:3:10: env/other.yaml is missing [FILE_MISSING]',
    ],
    [
      settings('format: 1\nid:\nlayers: [env/common.yaml]'),
      'reconcile.yaml:2:1: id has no value; expected a text [YAML_EMPTY_VALUE]',
    ],
    [settings('[]'), 'reconcile.yaml:1:1: reconcile.yaml must be a map of "key: value" lines, not a list'],
    [{ 'hosts.yaml': 'a: {}' }, 'hosts.yaml:1:4: host a must say environment: '],
    [{ 'hosts.yaml': 'a:' }, 'hosts.yaml:1:3: host a must be a map of "key: value" lines, not nothing'],
    [{ 'hosts.yaml': '"a b": {environment: e}' }, 'hosts.yaml:1:1: "a b" is not a host name'],
    [{ 'hosts.yaml': '../x: {environment: e}' }, 'hosts.yaml:1:1: "../x" is not a host name'],
    [{ 'hosts.yaml': 'a: {environment: ../e}' }, 'hosts.yaml:1:18: environment: "../e" is not a name'],
    [
      { 'hosts.yaml': 'a: {environment: e, groups: [g, g]}' },
      'hosts.yaml:1:33: groups already has this item',
    ],
    [
      { 'hosts.yaml': 'a: {environment: e, labels: {x: [y]}}' },
      'hosts.yaml:1:33: labels: expected a map of texts',
    ],
    [
      { 'hosts.yaml': 'a: {environment: e}\na: {environment: f}' },
      'hosts.yaml:2:1: "a" stands here again; it is already in line 1',
    ],
    [
      { 'variables.yaml': 'A: {requierd: true}' },
      'variables.yaml:1:5: unknown key "requierd"; did you mean "required"?',
    ],
    [
      { 'variables.yaml': 'A: {required: "true"}' },
      'variables.yaml:1:15: required: expected true or false, without quotes',
    ],
    [{ 'variables.yaml': 'A: {type: int}' }, 'variables.yaml:1:11: type: "int" is none of string, integer'],
    [
      { 'variables.yaml': 'A: {pattern: "(?=x)"}' },
      'variables.yaml:1:14: pattern: lookaround and named groups are not supported',
    ],
    [
      { 'variables.yaml': 'A: {files: [fpm]}' },
      'variables.yaml:1:13: files: "fpm" is none of php-fpm, shell',
    ],
    [{ 'variables.yaml': 'PATH: {}' }, 'variables.yaml:1:1: PATH is refused: '],
    [
      { 'variables.yaml': 'A:' },
      'variables.yaml:1:3: A (write {} when there is nothing to say) must be a map',
    ],
    [
      { 'variables.yaml': 'A: {description: !unset }' },
      'variables.yaml:1:25: !unset has a meaning in layer files only',
    ],
    [{ 'env/common.yaml': 'A: ' }, 'env/common.yaml:1:1: A has no value [YAML_EMPTY_VALUE]'],
    [{ 'env/common.yaml': 'A: ~' }, 'env/common.yaml:1:1: A has no value [YAML_EMPTY_VALUE]'],
    [{ 'env/common.yaml': 'A: [x]' }, 'env/common.yaml:1:1: A must be a text, not a list'],
    [{ 'env/common.yaml': 'A: !unset x' }, 'env/common.yaml:1:1: A: nothing may follow !unset'],
    [{ 'env/common.yaml': 'A: !expand' }, 'env/common.yaml:1:1: A: a text must follow !expand'],
    [{ 'env/common.yaml': 'a-b: x' }, 'env/common.yaml:1:1: "a-b" is no name'],
    [{ 'env/common.yaml': 'LD_PRELOAD: x' }, 'env/common.yaml:1:1: LD_PRELOAD is refused: '],
    [
      { 'env/common.yaml': 'NEW: x' },
      'env/common.yaml:1:6: NEW is not declared in variables.yaml [NAME_UNDECLARED]',
    ],
    [{ 'templates/shell_env.sh.liquid': 'a\r\n' }, 'templates/shell_env.sh.liquid:1:2: carriage return'],
    [
      { 'env/hosts/php-143-171.yaml': 'ZIP: 1' },
      'env/hosts/php-143-171.yaml:1:1: warning: no host of hosts.yaml reads this file [LAYER_UNKNOWN]',
    ],
    [
      { 'env/groups/web.yml': 'ZIP: 1' },
      'env/groups/web.yml:1:1: warning: layer files end in .yaml [LAYER_UNKNOWN]',
    ],
  ])('%j', (changes, expected) => {
    expect(complaintsAbout(changes).map(formatComplaint).join('\n')).toContain(expected);
  });
});

test('mistakes in different files are told together, and the value is null', () => {
  const changes = {
    'hosts.yaml': 'a: {}',
    'variables.yaml': 'A: {x: y}',
    'env/common.yaml': 'A: ~\nA-B: c\n',
  };
  const { value, complaints } = parseRepository(makeRepositorySnapshot(changes));
  expect(value).toBeNull();
  expect(complaints.map(({ code, at }) => `${at?.file} ${code}`)).toEqual([
    'hosts.yaml YAML_SHAPE',
    'variables.yaml YAML_SHAPE',
    'env/common.yaml YAML_EMPTY_VALUE',
    'env/common.yaml NAME_INVALID',
  ]);
});

test('links where files are expected are told; elsewhere they do not matter', () => {
  const snapshot = makeRepositorySnapshot();
  const rejected = ['env/link.yaml', 'templates/x', 'hosts.yaml', 'docs/link'].map((path) => ({
    path,
    why: 'a link',
  }));
  const { complaints } = parseRepository({ ...snapshot, rejected });
  expect(complaints.map(({ code, at }) => `${at?.file} ${code}`)).toEqual([
    'env/link.yaml FILE_REJECTED',
    'templates/x FILE_REJECTED',
    'hosts.yaml FILE_REJECTED',
  ]);
});

test('one template is enough, none is not', () => {
  expect(complaintsAbout({ 'templates/shell_env.sh.liquid': null })).toEqual([]);
  const none = complaintsAbout({
    'templates/shell_env.sh.liquid': null,
    'templates/juanpi_php_env.conf.liquid': null,
  });
  expect(none.map(({ code }) => code)).toEqual(['FILE_MISSING']);
});

test('the host may allow a refused name', () => {
  const snapshot = makeRepositorySnapshot({
    'variables.yaml': null,
    'reconcile.yaml': 'format: 1\nid: x\nlayers: [env/common.yaml]',
    'env/common.yaml': 'PATH: /bin\n',
  });
  expect(
    parseRepository(snapshot, { names: { refuse: [], allow: ['PATH'] } })
      .value?.layers.get('env/common.yaml')
      ?.entries.has('PATH'),
  ).toBe(true);
});

import { NAME_PATTERN } from '../names.ts';
import { DECLARATION_FIELDS } from './declarations.ts';
import type { FieldRule } from './fields.ts';
import { HOST_FIELDS, HOST_NAME } from './hosts.ts';
import { SETTINGS_FIELDS } from './settings.ts';

/** A JSON Schema, or a part of one. */
export type Schema = Readonly<Record<string, unknown>>;

/** Text as written: an editor takes 1.10 for a number and on for a boolean, which is all the same here. */
const WRITTEN_TEXT: Schema = { type: ['string', 'number', 'boolean'] };

/**
 * The JSON Schemas (draft-07) of the repository's YAML files, by file name, made of the tables that the check uses.
 * They are for editors: what no schema can say (duplicate keys, names that are refused, anchors) only the check says.
 */
export function makeSchemas(): ReadonlyMap<string, Schema> {
  return new Map([
    ['reconcile.schema.json', describe('Settings of a config repository', fieldsSchema(SETTINGS_FIELDS))],
    [
      'hosts.schema.json',
      describe('The inventory: hosts by name', mapSchema(HOST_NAME.pattern, HOST_FIELDS)),
    ],
    ['variables.schema.json', describe('Declarations by name', mapSchema(NAME_PATTERN, DECLARATION_FIELDS))],
    ['layer.schema.json', describe('Values of variables by name', layerSchema())],
  ]);
}

function describe(title: string, schema: Schema): Schema {
  return { $schema: 'http://json-schema.org/draft-07/schema#', title, ...schema };
}

function fieldsSchema(rules: readonly FieldRule[]): Schema {
  const required = rules.filter((rule) => rule.required).map((rule) => rule.name);
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(rules.map((rule) => [rule.name, fieldSchema(rule)])),
  };
}

function mapSchema(names: RegExp, rules: readonly FieldRule[]): Schema {
  return {
    type: ['object', 'null'],
    propertyNames: { pattern: names.source },
    additionalProperties: fieldsSchema(rules),
  };
}

/** Tags show up in editors as what stands behind them: nothing behind `!unset`, a text behind `!expand`. */
function layerSchema(): Schema {
  return {
    type: ['object', 'null'],
    propertyNames: { pattern: NAME_PATTERN.source },
    additionalProperties: WRITTEN_TEXT,
  };
}

function fieldSchema(rule: FieldRule): Schema {
  const { about: description, filled } = rule;
  switch (rule.shape) {
    case 'text':
      return { description, ...textSchema(rule) };
    case 'flag':
      return { description, type: 'boolean' };
    case 'texts':
      return {
        description,
        type: 'array',
        uniqueItems: true,
        ...(filled ? { minItems: 1 } : {}),
        items: textSchema(rule),
      };
    case 'labels':
      return { description, type: 'object', additionalProperties: textSchema(rule) };
  }
}

function textSchema({ allowed, text }: FieldRule): Schema {
  if (allowed !== undefined) return { enum: allowed.flatMap(formsOf) };
  return text === undefined ? WRITTEN_TEXT : { ...WRITTEN_TEXT, pattern: text.pattern.source };
}

/** `1` may be written with quotes or without. */
function formsOf(text: string): readonly (string | number)[] {
  return /^[0-9]+$/.test(text) ? [Number(text), text] : [text];
}

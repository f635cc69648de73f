// One schema gives validation, the TypeScript type and (being JSON Schema) the documentation.
// Compiled once, at load.
import { type Static, type TProperties, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { FieldError } from './problem.ts';

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

export interface Shape<T> {
  readonly schema: TSchema;
  check(value: unknown): Checked<T>;
}

const ERRORS_MAX = 20;
/** Said once more by a second error that names the field. */
const REPEATS = new Set(['boolean', 'anyOf']);

/** What a pattern asks for, in words: the pattern itself says little to who missed it. */
const IN_WORDS = new Map<string, string>();

/** Text of a pattern; `inWords` completes "must be". */
export function patterned(pattern: string, inWords: string, more: { maxLength?: number } = {}) {
  IN_WORDS.set(pattern, inWords);
  return Type.String({ ...more, pattern });
}

/** An object with these members and no others. */
export function shape<Members extends TProperties>(members: Members) {
  const schema = Type.Object(members, { additionalProperties: false });
  const validator = Compile(schema);
  return {
    schema,
    check(value: unknown): Checked<Static<typeof schema>> {
      if (validator.Check(value)) return { ok: true, value: value as Static<typeof schema> };
      const errors: FieldError[] = [];
      for (const error of validator.Errors(value)) {
        if (!REPEATS.has(error.keyword)) errors.push(...fieldErrors(error));
      }
      return { ok: false, errors: errors.slice(0, ERRORS_MAX) };
    },
  };
}

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

function fieldErrors({ keyword, instancePath, params, message }: SchemaError): FieldError[] {
  if (keyword === 'required' && 'requiredProperties' in params) {
    return namesIn(params.requiredProperties).map((field) => ({ field, message: 'is required' }));
  }
  if (keyword === 'additionalProperties' && 'additionalProperties' in params) {
    return namesIn(params.additionalProperties).map((field) => ({
      field,
      message: 'is not known',
    }));
  }
  if (keyword === 'enum' && 'allowedValues' in params) {
    const allowed = namesIn(params.allowedValues).join(', ');
    return [{ field: fieldOf(instancePath), message: `must be one of: ${allowed}` }];
  }
  const inWords = 'pattern' in params ? IN_WORDS.get(String(params.pattern)) : undefined;
  if (inWords !== undefined) {
    return [{ field: fieldOf(instancePath), message: `must be ${inWords}` }];
  }
  return [{ field: fieldOf(instancePath), message }];
}

function namesIn(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** A JSON pointer's last part; `body` for the whole. */
function fieldOf(instancePath: string): string {
  const name = instancePath.slice(instancePath.lastIndexOf('/') + 1);
  return name === '' ? 'body' : name.replaceAll('~1', '/').replaceAll('~0', '~');
}

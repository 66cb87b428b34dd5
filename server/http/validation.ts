/** From what zod found wrong to a problem that names the field and never repeats what stood in it. */
import type { z } from 'zod';
import { HttpError, type FieldError } from './problem.ts';

const SHOWN = 10;
const KEY_SHOWN = 40;

/** @throws HttpError INVALID with the fields that are wrong */
export function validated<T>(schema: z.ZodType<T>, value: unknown, root = ''): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue) => fieldErrors(issue, root)).slice(0, SHOWN);
  const first = errors[0];
  const where = first?.pointer === '' ? 'The body' : (first?.pointer ?? 'The body');
  throw new HttpError('INVALID', `${where}: ${first?.detail ?? 'not understood'}.`, { errors });
}

function fieldErrors(issue: z.core.$ZodIssue, root: string): FieldError[] {
  if (issue.code === 'invalid_union') {
    const meant = nearestForm(issue.errors);
    if (meant) return meant.flatMap((inner) => fieldErrors({ ...inner, path: [...issue.path, ...inner.path] }, root));
  }
  const pointer = pointerOf(issue.path, root);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...issue.path, key.slice(0, KEY_SHOWN)], root),
      detail: 'is not a field that is known here',
    }));
  }
  return [{ pointer, detail: detailOf(issue) }];
}

/** Of several forms the one that was probably meant: it has least against it. */
function nearestForm(forms: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const weight = (issues: readonly z.core.$ZodIssue[]): number =>
    issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
  return forms.toSorted((a, b) => weight(a) - weight(b))[0];
}

function detailOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be there, of type ${issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${unitOf(issue.origin)}`;
    case 'too_small':
      return `must be at least ${issue.minimum}${unitOf(issue.origin)}`;
    case 'invalid_format':
      return issue.message;
    default:
      return 'is not of a form that is known here';
  }
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}

/** RFC 6901 in a body; `?name` for a parameter. */
function pointerOf(path: readonly PropertyKey[], root: string): string {
  if (root !== '') return `${root}${path.map(String).join('/')}`;
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

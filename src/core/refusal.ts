import { ReconcileError } from './errors.ts';
import type { Complaint } from './types.ts';

/** The one error that stands for all complaints of severity error: it counts them and has the code of the first. */
export function makeRefusal(subject: string, complaints: readonly Complaint[]): ReconcileError {
  const errors = complaints.filter((complaint) => complaint.severity === 'error');
  const count = errors.length === 1 ? '1 mistake' : `${errors.length} mistakes`;
  return new ReconcileError(errors[0]?.code ?? 'YAML_SHAPE', `${subject} is refused: ${count}`);
}

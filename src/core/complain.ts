import type { ErrorCode } from './errors.ts';
import type { Complaint, Location } from './types.ts';

/** An error in a repository at a place in one of its files. */
export function complain(code: ErrorCode, at: Location | null, message: string): Complaint {
  return { code, severity: 'error', message, at };
}

/** Something that is carried out all the same, but is seldom meant. */
export function warn(code: ErrorCode, at: Location | null, message: string): Complaint {
  return { code, severity: 'warning', message, at };
}

/** Whether any complaint stands in the way. */
export function hasErrors(complaints: readonly Complaint[]): boolean {
  return complaints.some((complaint) => complaint.severity === 'error');
}

/** How many complaints stand in the way. */
export function countErrors(complaints: readonly Complaint[]): number {
  return complaints.filter((complaint) => complaint.severity === 'error').length;
}

/** `file:line:column: message [CODE]`, as compilers print it. */
export function formatComplaint(complaint: Complaint): string {
  const place =
    complaint.at === null ? '' : `${complaint.at.file}:${complaint.at.line}:${complaint.at.column}: `;
  const severity = complaint.severity === 'warning' ? 'warning: ' : '';
  return `${place}${severity}${complaint.message} [${complaint.code}]`;
}

/** In the order of files, lines and columns, so that a reader goes through each file once. */
export function sortComplaints(complaints: readonly Complaint[]): readonly Complaint[] {
  return [...complaints].sort(
    (a, b) => compareText(a.at?.file ?? '', b.at?.file ?? '') || compareLines(a, b),
  );
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function compareLines(a: Complaint, b: Complaint): number {
  return (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0);
}

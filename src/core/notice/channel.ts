import type { Notice } from './notice.ts';

/** The services that take notices over HTTP, by the names of their settings. */
export const CHANNEL_NAMES = ['webhook', 'slack', 'dingtalk', 'feishu', 'wecom'] as const;

export type ChannelName = (typeof CHANNEL_NAMES)[number];

/** What a request is signed with. */
export interface Seal {
  /** Null: the service is not asked to check a signature. */
  readonly secret: string | null;
  /** When it is sent: some services refuse what was signed long ago. */
  readonly now: Date;
}

/** A request, POST, to the URL that is the secret of the host. */
export interface ChannelRequest {
  /** Added to the query of the URL. */
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
}

/** One kind of service. */
export interface Channel {
  readonly name: ChannelName;
  /** Whether it knows signatures. */
  readonly isSigned: boolean;
  encode(notice: Notice, seal: Seal): ChannelRequest;
  /**
   * Null: an answer with this status took the notice. Else what the service has against it, in words of our own: an answer may
   * repeat what was sent.
   */
  findFault(status: number, body: string): string | null;
}

/** What HTTP alone says; null: all is well. */
export function faultOfStatus(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400
    ? `it answered ${status}, and no redirect is followed`
    : `it answered ${status}`;
}

/** Services that say with a number in the body how it went: HTTP says 200 to all. */
export interface CodedAnswers {
  /** Fields that may have the number, in this order; 0: all is well. */
  readonly fields: readonly string[];
  /** What the numbers mean, as far as they are documented. */
  readonly meanings: Readonly<Record<number, string>>;
}

/** What such an answer says; null: all is well. */
export function faultOfCode({ fields, meanings }: CodedAnswers, status: number, body: string): string | null {
  const fault = faultOfStatus(status);
  const answer = parseObject(body);
  const code = fields.map((field) => answer[field]).find((value) => typeof value === 'number');
  if (code === 0) return fault;
  if (typeof code !== 'number') return fault ?? 'it answered what this service does not answer';
  const meaning = meanings[code];
  return meaning === undefined ? `it answered ${fields[0]} ${code}` : `${fields[0]} ${code}: ${meaning}`;
}

/** An answer as an object; an empty one for all else. */
export function parseObject(body: string): Readonly<Record<string, unknown>> {
  try {
    const found: unknown = JSON.parse(body);
    return typeof found === 'object' && found !== null ? { ...found } : {};
  } catch {
    return {}; // no JSON
  }
}

/** Headers of a request with JSON. */
export const JSON_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'application/json; charset=utf-8',
};

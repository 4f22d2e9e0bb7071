/** What goes between whoever asks a daemon over HTTP and what answers. Nouns only. */

/** A request for one of the routes, read whole. Nothing of it is trusted. */
export interface Request {
  /** In the order received, repeated ones too; values with one character for each byte. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** Address of the one who asks; null: somebody on this host, over the control socket. */
  readonly from: string | null;
  readonly receivedAt: Date;
}

/** A short text, or JSON. Whoever may ask may read it: nothing secret is in it. */
export interface Answer {
  readonly status: number;
  readonly type:
    | 'text/plain; charset=utf-8'
    | 'application/json'
    | 'text/plain; version=0.0.4; charset=utf-8';
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One thing that can be asked for. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** The whole path; what follows a `?` is not looked at. */
  readonly path: string;
  /** Larger bodies are not read. */
  readonly maxBodyBytes: number;
  /** Answers before the body is read; null: it is. */
  admit?(from: string | null): Answer | null;
  /** Answers where the body is larger than it may be; 413 without it. */
  tooLarge?(from: string | null): Answer;
  /** What it throws is a bug. */
  handle(request: Request): Promise<Answer>;
}

/** One line for people. */
export function answerText(status: number, text: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n` };
}

/** One document for programs. */
export function answerJson(status: number, document: unknown): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(document)}\n` };
}

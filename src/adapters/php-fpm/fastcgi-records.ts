/**
 * Records of the FastCGI specification 1.0 (section 3.3 and 8): one request, id 1, role responder, no keep-alive.
 */

/** A failed exchange. `code` is that of the socket (`ENOENT`, `ECONNREFUSED` …), `ETIMEDOUT` or `EPROTO`. */
export class FastCgiError extends Error {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.name = 'FastCgiError';
    this.code = code;
  }
}

const VERSION = 1;
const REQUEST_ID = 1;
const HEADER_BYTES = 8;
const MAX_CONTENT_BYTES = 65_528; // a multiple of 8, so that no record needs padding but the last
const ROLE_RESPONDER = 1;
const BEGIN_REQUEST = 1;
const END_REQUEST = 3;
const PARAMS = 4;
const STDIN = 5;
const STDOUT = 6;
const STDERR = 7;

/** The bytes of one whole request. Names and values are UTF-8. */
export function encodeRequest(params: Readonly<Record<string, string>>, body: Uint8Array): Buffer {
  const pairs = Object.entries(params).map(([name, value]) =>
    encodePair(Buffer.from(name), Buffer.from(value)),
  );
  return Buffer.concat([
    encodeRecord(BEGIN_REQUEST, Buffer.from([0, ROLE_RESPONDER, 0, 0, 0, 0, 0, 0])),
    encodeStream(PARAMS, Buffer.concat(pairs)),
    encodeStream(STDIN, Buffer.from(body)),
  ]);
}

/** A stream is its content in records, then an empty record. */
function encodeStream(type: number, content: Buffer): Buffer {
  const records: Buffer[] = [];
  for (let start = 0; start < content.length; start += MAX_CONTENT_BYTES) {
    records.push(encodeRecord(type, content.subarray(start, start + MAX_CONTENT_BYTES)));
  }
  return Buffer.concat([...records, encodeRecord(type, Buffer.alloc(0))]);
}

function encodeRecord(type: number, content: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(VERSION, 0);
  header.writeUInt8(type, 1);
  header.writeUInt16BE(REQUEST_ID, 2);
  header.writeUInt16BE(content.length, 4);
  return Buffer.concat([header, content]);
}

function encodePair(name: Buffer, value: Buffer): Buffer {
  return Buffer.concat([encodeLength(name.length), encodeLength(value.length), name, value]);
}

function encodeLength(length: number): Buffer {
  if (length < 128) return Buffer.from([length]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((length | 0x80000000) >>> 0);
  return bytes;
}

/** Takes an answer apart as it comes in, whatever the borders of the chunks. */
export class ResponseReader {
  readonly stdout: Buffer[] = [];
  readonly stderr: Buffer[] = [];
  #pending: Buffer = Buffer.alloc(0);
  #left: number;

  constructor(maxBytes: number) {
    this.#left = maxBytes;
  }

  /** True when the request has ended. Throws FastCgiError with `EPROTO` or `EMSGSIZE`. */
  read(chunk: Buffer): boolean {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    while (this.#pending.length >= HEADER_BYTES) {
      const contentEnd = HEADER_BYTES + this.#pending.readUInt16BE(4);
      const end = contentEnd + this.#pending.readUInt8(6);
      if (this.#pending.length < end) return false;
      const record = this.#pending.subarray(0, contentEnd);
      this.#pending = this.#pending.subarray(end);
      if (this.#take(record)) return true;
    }
    return false;
  }

  #take(record: Buffer): boolean {
    if (record.readUInt8(0) !== VERSION || record.readUInt16BE(2) !== REQUEST_ID) {
      throw new FastCgiError('the answer is not FastCGI version 1 for our request', 'EPROTO');
    }
    const content = record.subarray(HEADER_BYTES);
    this.#left -= content.length;
    if (this.#left < 0) throw new FastCgiError('the answer is too long', 'EMSGSIZE');
    switch (record.readUInt8(1)) {
      case STDOUT:
        this.stdout.push(content);
        return false;
      case STDERR:
        this.stderr.push(content);
        return false;
      case END_REQUEST:
        if (content.length !== 8 || content.readUInt8(4) !== 0) {
          throw new FastCgiError('the request was not completed', 'EPROTO');
        }
        return true;
      default:
        throw new FastCgiError(`unexpected record of type ${record.readUInt8(1)}`, 'EPROTO');
    }
  }
}

import { ReconcileError } from '../../../core/errors.ts';
import { showText } from '../../../core/redact.ts';
import type { HttpAnswer, HttpRequest } from '../../http.ts';
import { HttpClient } from '../../http.ts';
import type { Access, FetchLimits } from '../access.ts';
import { makeAuthorization } from '../authorization.ts';
import type { Announcement } from './announcement.ts';
import { parseAnnouncement } from './announcement.ts';
import type { Wanted } from './messages.ts';
import { AGENT, encodeFetch, encodeFetchVersion0, encodeListRefs, findRef, takePack } from './messages.ts';
import type { Packet, Packets } from './pkt-line.ts';
import { findRefusal, splitPackets } from './pkt-line.ts';
import type { Asked } from './status.ts';
import { explainStatus } from './status.ts';

export interface GitServerOptions {
  /** Of the repository, without credentials and without a `/` at its end. */
  readonly url: string;
  readonly access: Access;
  readonly limits: FetchLimits;
}

/** 100,000 refs of a server that gives all of them. */
const REF_LIMIT = { bytes: 8 * 1024 * 1024, code: 'SOURCE_UNREACHABLE' } as const;
/** Heads of packets and words of the server, beside a pack; a packet has up to 65,515 bytes of it. */
const FRAME_SHARE = 1.01;

const ANNOUNCE = '/info/refs?service=git-upload-pack';
const SERVICE = '/git-upload-pack';
const HEADERS = { 'User-Agent': AGENT, 'Git-Protocol': 'version=2' };
const ASKING = {
  'Content-Type': 'application/x-git-upload-pack-request',
  Accept: 'application/x-git-upload-pack-result',
};

/** The server understood and said no, in words of its own. */
export class ServerRefused extends ReconcileError {}

/**
 * A repository on a server that speaks git over HTTP. It is asked in version 2 at once, without the announcement that git
 * asks for first: one round trip in place of two. Only where that gives no whole answer the announcement is read, and
 * which way leads to the goal is remembered.
 *
 * The signal is the deadline of the whole conversation. All throw what `HttpClient.send` throws, SOURCE_DENIED,
 * CONFIG_INVALID for an unusable token file, and SOURCE_UNREACHABLE for whatever is no whole answer.
 */
export class GitServer {
  readonly #options: GitServerOptions;
  readonly #client: HttpClient;
  #announcement: Announcement | null = null;
  #way: 'untried' | 'direct' | 'announced' = 'untried';

  /** Throws CONFIG_INVALID for a proxy that is not supported. */
  constructor(options: GitServerOptions) {
    const { url, access, limits } = options;
    this.#options = options;
    const { caFile, proxies } = access;
    this.#client = new HttpClient({ url: new URL(url), caFile, proxies, proxyMs: limits.fetchMs });
  }

  /** The commit that a ref has now; null when it is proven that there is no such ref. */
  async findRef(ref: string, signal: AbortSignal): Promise<string | null> {
    const question = { body: encodeListRefs(ref), limit: REF_LIMIT };
    const direct = await this.#tryDirect(question, signal);
    const found = direct === null ? undefined : findRef(direct, ref);
    if (found !== undefined) return found;
    const { version, refs } = await this.#announce(signal);
    if (version === 0) return refs.get(ref) ?? null;
    const insisted = findRef(await this.#insist(question, signal), ref);
    if (insisted === undefined) throw this.#noAnswer();
    return insisted;
  }

  /** Throws SOURCE_TOO_LARGE, and `ServerRefused` for what it does not have or does not give. */
  async fetchPack(wanted: Wanted, signal: AbortSignal): Promise<Buffer> {
    const { packBytes } = this.#options.limits;
    const limit = { bytes: Math.ceil(packBytes * FRAME_SHARE), code: 'SOURCE_TOO_LARGE' } as const;
    const direct = await this.#tryDirect({ body: encodeFetch(wanted), limit }, signal);
    const found = direct === null ? null : takePack(direct);
    if (found !== null) return found;
    const { version } = this.#announcement ?? (await this.#announce(signal));
    const body = version === 2 ? encodeFetch(wanted) : encodeFetchVersion0(wanted);
    const insisted = takePack(await this.#insist({ body, limit }, signal));
    if (insisted === null) throw this.#noAnswer();
    return insisted;
  }

  /** Whether the server can leave objects out. */
  async canFilter(signal: AbortSignal): Promise<boolean> {
    return (this.#announcement ?? (await this.#announce(signal))).canFilter;
  }

  /** Null: this way gives no whole answer, which may be the fault of the way. */
  async #tryDirect(question: Question, signal: AbortSignal): Promise<readonly Packet[] | null> {
    if (this.#way === 'announced') return null;
    const answer = await this.#post(question, signal);
    const error = explainStatus(answer, this.#asked(SERVICE));
    if (error !== null) throw error;
    const answered = splitPackets(answer.body);
    if (answer.status === 200 && answered.isWhole) {
      this.#way = 'direct';
      return answered.packets;
    }
    if (this.#way === 'direct') this.#throwRefusal(answered);
    // A busy or broken server says nothing about the way.
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) this.#way = 'announced';
    return null;
  }

  async #announce(signal: AbortSignal): Promise<Announcement> {
    const { url } = this.#options;
    const request = { method: 'GET', path: ANNOUNCE, headers: this.#headers(), body: null } as const;
    const packets = this.#check(await this.#client.send({ ...request, limit: REF_LIMIT }, signal), ANNOUNCE);
    const announcement = parseAnnouncement(packets);
    if (announcement === null) throw this.#noAnswer();
    if (announcement.format !== 'sha1') {
      const message = `${url} is a ${announcement.format} repository, which is not supported; use one with sha1`;
      throw new ReconcileError('SOURCE_UNREACHABLE', message);
    }
    if (announcement.version === 0) this.#way = 'announced';
    this.#announcement = announcement;
    return announcement;
  }

  async #insist(question: Question, signal: AbortSignal): Promise<readonly Packet[]> {
    return this.#check(await this.#post(question, signal), SERVICE);
  }

  async #post({ body, limit }: Question, signal: AbortSignal): Promise<HttpAnswer> {
    const headers = { ...this.#headers(), ...ASKING };
    return await this.#client.send({ method: 'POST', path: SERVICE, headers, body, limit }, signal);
  }

  #headers(): Readonly<Record<string, string>> {
    const authorization = makeAuthorization(this.#options.access);
    return authorization === null ? HEADERS : { ...HEADERS, Authorization: authorization };
  }

  #check(answer: HttpAnswer, path: string): readonly Packet[] {
    const { url } = this.#options;
    const error = explainStatus(answer, this.#asked(path));
    if (error !== null) throw error;
    if (answer.status !== 200)
      throw new ReconcileError('SOURCE_UNREACHABLE', `${url} answered ${answer.status}`);
    const answered = splitPackets(answer.body);
    this.#throwRefusal(answered);
    if (!answered.isWhole) throw this.#noAnswer();
    return answered.packets;
  }

  #throwRefusal(answered: Packets): void {
    const refusal = findRefusal(answered);
    if (refusal === null) return;
    throw new ServerRefused('SOURCE_UNREACHABLE', `${this.#options.url} says: ${showText(refusal)}`);
  }

  #asked(path: string): Asked {
    return { url: this.#options.url, path, tokenFile: this.#options.access.tokenFile };
  }

  #noAnswer(): ReconcileError {
    const why = 'gave no whole answer in the smart HTTP protocol of git';
    return new ReconcileError('SOURCE_UNREACHABLE', `${this.#options.url} ${why}`);
  }
}

interface Question {
  readonly body: Buffer;
  readonly limit: HttpRequest['limit'];
}

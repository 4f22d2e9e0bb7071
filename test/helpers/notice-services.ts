import { createHmac } from 'node:crypto';
import type { ChannelName } from '../../src/core/notice/channel.ts';
import type { StatusForgeName } from '../../src/core/notice/status-forge.ts';
import type { HttpServer, Received, Reply } from './serve-http.ts';
import { serveHttp } from './serve-http.ts';

/** What a service knows of its user. */
export const TOKEN = 'tokenofthetest0123456789abcdef';
export const SECRET = 'SECofthetest0123456789abcdef';

const HOUR_MS = 60 * 60_000;
type Json = Readonly<Record<string, unknown>>;

/** A service on the loopback, which looks at each request as the real one does. */
export interface NoticeService extends HttpServer {
  readonly url: string;
}

/** Starts one; `nowMs`: its clock. */
export async function startNoticeService(name: ChannelName, nowMs = Date.now()): Promise<NoticeService> {
  const { path, judge } = SERVICES[name];
  const server = await serveHttp((request) => {
    if (request.method !== 'POST') return { status: 405 };
    if (!/^application\/json/.test(request.headers['content-type'] ?? '')) return { status: 415 };
    return judge(request, parse(request.body), nowMs);
  });
  return { ...server, url: `${server.origin}${path}` };
}

interface Service {
  readonly path: string;
  judge(request: Received, body: Json, nowMs: number): Reply;
}

const SERVICES: Readonly<Record<ChannelName, Service>> = {
  webhook: {
    path: `/hooks/${TOKEN}`,
    judge: ({ url, headers, body }) => {
      if (url.pathname !== `/hooks/${TOKEN}`) return { status: 404 };
      const right = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
      return { status: headers['x-signature-256'] === right ? 204 : 401 };
    },
  },
  slack: {
    path: `/services/T0/B0/${TOKEN}`,
    judge: ({ url }, { text }) => {
      if (url.pathname !== `/services/T0/B0/${TOKEN}`) return { status: 404, body: 'no_service' };
      if (typeof text !== 'string' || text === '') return { status: 400, body: 'invalid_payload' };
      return { status: 200, body: 'ok' };
    },
  },
  dingtalk: {
    path: `/robot/send?access_token=${TOKEN}`,
    judge: ({ url, body }, { msgtype, text }, nowMs) => {
      const [token, timestamp, sign] = ['access_token', 'timestamp', 'sign'].map((key) =>
        url.searchParams.get(key),
      );
      if (token !== TOKEN) return code('errcode', 300001, 'token is not exist');
      if (Math.abs(Number(timestamp) - nowMs) > HOUR_MS) return code('errcode', 310000, 'invalid timestamp');
      if (sign !== createHmac('sha256', SECRET).update(`${timestamp}\n${SECRET}`).digest('base64'))
        return code('errcode', 310000, 'sign not match');
      if (msgtype !== 'text' || !hasText(text, 'content'))
        return code('errcode', 400105, 'unsupported msgtype');
      if (Buffer.byteLength(body) > 20_000) return code('errcode', 460101, 'message too long');
      return code('errcode', 0, 'ok');
    },
  },
  feishu: {
    path: `/open-apis/bot/v2/hook/${TOKEN}`,
    judge: ({ url, body }, { timestamp, sign, msg_type: type, content }, nowMs) => {
      if (!url.pathname.endsWith(`/${TOKEN}`)) return code('code', 19001, 'param invalid: token invalid');
      const isTimely = Math.abs(Number(timestamp) * 1000 - nowMs) <= HOUR_MS && typeof timestamp === 'string';
      const right = createHmac('sha256', `${timestamp}\n${SECRET}`).update('').digest('base64');
      if (!isTimely || sign !== right)
        return code('code', 19021, 'sign match fail or timestamp is not within one hour from current time');
      const post = (content as { post?: { zh_cn?: Json } } | undefined)?.post?.zh_cn;
      if (type !== 'post' || !hasText(post, 'title') || !Array.isArray(post?.content))
        return { status: 400, body: '{"code":9499,"msg":"Bad Request"}' };
      if (Buffer.byteLength(body) > 20 * 1024)
        return { status: 400, body: '{"code":9499,"msg":"Bad Request"}' };
      return code('code', 0, 'success');
    },
  },
  wecom: {
    path: `/cgi-bin/webhook/send?key=${TOKEN}`,
    judge: ({ url }, { msgtype, markdown }) => {
      if (url.searchParams.get('key') !== TOKEN) return code('errcode', 93000, 'invalid webhook url');
      if (msgtype !== 'markdown' || !hasText(markdown, 'content'))
        return code('errcode', 40008, 'invalid message type');
      const { content } = markdown as { content: string };
      if (Buffer.byteLength(content) > 4096)
        return code('errcode', 40058, 'markdown.content exceed max length 4096');
      return code('errcode', 0, 'ok');
    },
  },
};

/** The repository of a forge on the loopback: what its API takes, and the statuses that it has then. */
export interface ForgeServer extends HttpServer {
  readonly url: string;
  /** Context → state. */
  readonly statuses: ReadonlyMap<string, unknown>;
}

/** Starts one that knows one commit. */
export async function startForge(name: StatusForgeName, commit: string): Promise<ForgeServer> {
  const { path, header, value } = FORGES[name];
  const statuses = new Map<string, unknown>();
  const server = await serveHttp(({ method, url, headers, body }) => {
    if (headers[header] !== value) return { status: 401, body: '{"message":"Bad credentials"}' };
    if (name === 'github' && !headers['user-agent']) return { status: 403 };
    if (method !== 'POST' || url.pathname !== `${path}/statuses/${commit}`) return { status: 404 };
    return name === 'gitlab' ? setGitlab(parse(body), statuses) : setOther(parse(body), statuses);
  });
  return { ...server, statuses, url: `${server.origin}${path}` };
}

function setOther({ state, context, description }: Json, statuses: Map<string, unknown>): Reply {
  if (!['pending', 'success', 'failure'].includes(String(state))) return { status: 422 };
  if (String(description).length > 140) return { status: 422 };
  statuses.set(String(context), state);
  return { status: 201, body: '{}' };
}

function setGitlab({ state, name, description }: Json, statuses: Map<string, unknown>): Reply {
  if (!['pending', 'success', 'failed'].includes(String(state))) return { status: 400 };
  if (String(description).length > 255) return { status: 400 };
  const message = `Cannot transition status via :enqueue from :${state} (Reason(s): Status cannot transition)`;
  if (statuses.get(String(name)) === state) return { status: 400, body: JSON.stringify({ message }) };
  statuses.set(String(name), state);
  return { status: 201, body: '{}' };
}

const FORGES: Readonly<Record<StatusForgeName, { path: string; header: string; value: string }>> = {
  github: { path: '/repos/team/env', header: 'authorization', value: `Bearer ${TOKEN}` },
  gitlab: { path: '/api/v4/projects/team%2Fenv', header: 'private-token', value: TOKEN },
  gitea: { path: '/api/v1/repos/team/env', header: 'authorization', value: `token ${TOKEN}` },
};

function code(field: string, number: number, message: string): Reply {
  return { status: 200, body: JSON.stringify({ [field]: number, msg: message }) };
}

function hasText(value: unknown, field: string): boolean {
  return typeof value === 'object' && value !== null && typeof (value as Json)[field] === 'string';
}

function parse(body: string): Json {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}

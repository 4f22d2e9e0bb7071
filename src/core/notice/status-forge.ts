import { faultOfStatus, parseObject } from './channel.ts';
import type { CommitState, CommitStatus } from './commit-status.ts';

/** The servers that take the status of a commit. Forgejo takes what Gitea takes. */
export const STATUS_FORGE_NAMES = ['github', 'gitlab', 'gitea'] as const;

export type StatusForgeName = (typeof STATUS_FORGE_NAMES)[number];

/** How one kind of server takes a status: POST to `/statuses/<commit>` below the URL of the repository. */
export interface StatusForge {
  /** Of the path of that URL. */
  readonly path: RegExp;
  /** For people whose URL has another form. */
  readonly example: string;
  readonly authorize: (token: string) => Readonly<Record<string, string>>;
  /** JSON. */
  readonly encode: (status: CommitStatus) => string;
  /** Null: the answer says that the commit has the status. Else what is wrong, in words of our own. */
  readonly findFault: (status: CommitStatus, answer: { status: number; body: string }) => string | null;
}

const github: StatusForge = {
  path: /\/repos\/[^/]+\/[^/]+$/,
  example: 'https://api.github.com/repos/OWNER/REPOSITORY',
  authorize: (token) => ({
    Accept: 'application/vnd.github+json',
    Authorization: `Bearer ${token}`,
    'X-GitHub-Api-Version': '2022-11-28',
  }),
  encode: ({ state, context, description }) => JSON.stringify({ state, context, description }),
  findFault: (_, { status }) => faultOfAnswer(status),
};

const gitea: StatusForge = {
  ...github,
  example: 'https://HOST/api/v1/repos/OWNER/REPOSITORY',
  authorize: (token) => ({ Accept: 'application/json', Authorization: `token ${token}` }),
};

const GITLAB_STATES: Readonly<Record<CommitState, string>> = {
  pending: 'pending',
  success: 'success',
  failure: 'failed',
};

const gitlab: StatusForge = {
  path: /\/projects\/[^/]+$/,
  example: 'https://HOST/api/v4/projects/GROUP%2FPROJECT',
  authorize: (token) => ({ 'PRIVATE-TOKEN': token }),
  encode: ({ state, context, description }) =>
    JSON.stringify({ state: GITLAB_STATES[state], name: context, description }),
  findFault: ({ state }, { status, body }) =>
    status === 400 && isThereAlready(body, GITLAB_STATES[state]) ? null : faultOfAnswer(status),
};

/** Each with what its documentation says of it. */
export const STATUS_FORGES: Readonly<Record<StatusForgeName, StatusForge>> = { github, gitlab, gitea };

/** GitLab refuses the state that a commit has (its issue 25807), e.g. when a former answer was lost on the way. */
function isThereAlready(body: string, state: string): boolean {
  const { message } = parseObject(body);
  const found = /^Cannot transition status via :\w+ from :(\w+)/.exec(
    typeof message === 'string' ? message : '',
  );
  return found?.[1] === state;
}

const MEANINGS: Readonly<Record<number, string>> = {
  401: 'the token is not taken',
  403: 'the token may not set the status of a commit',
  404: 'there is no such repository or commit, or the token may not see it',
  422: 'the request is not understood, or the commit is not there',
};

function faultOfAnswer(status: number): string | null {
  const fault = faultOfStatus(status);
  const meaning = MEANINGS[status];
  return fault === null || meaning === undefined ? fault : `${fault}: ${meaning}`;
}

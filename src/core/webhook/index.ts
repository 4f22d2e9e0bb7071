import { bitbucket } from './bitbucket.ts';
import { bitbucketServer } from './bitbucket-server.ts';
import type { Forge, ForgeName } from './forge.ts';
import { generic } from './generic.ts';
import { forgejo, gitea, gogs } from './gitea.ts';
import { github } from './github.ts';
import { gitlab, gitlabSigned } from './gitlab.ts';

/** Every sender of webhooks that is known. */
export const FORGES: Readonly<Record<ForgeName, Forge>> = {
  github,
  gitlab,
  'gitlab-signed': gitlabSigned,
  gitea,
  forgejo,
  gogs,
  bitbucket,
  'bitbucket-server': bitbucketServer,
  generic,
};

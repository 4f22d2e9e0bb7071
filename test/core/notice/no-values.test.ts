import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHANNEL_NAMES } from '../../../src/core/notice/channel.ts';
import { CHANNELS } from '../../../src/core/notice/channels/index.ts';
import { composeMail } from '../../../src/core/notice/mail.ts';
import type { Notice } from '../../../src/core/notice/notice.ts';
import { STATUS_FORGE_NAMES, STATUS_FORGES } from '../../../src/core/notice/status-forge.ts';
import { makeReport } from '../../../src/reconcile/account.ts';
import { FakeNoticeWorld } from '../../helpers/fakes/notice-world.ts';
import { readMail } from '../../helpers/mail-message.ts';
import { FakeHost, PHP } from '../../reconcile/host.ts';

/** Everything that leaves the host because of a notice, as whoever gets it can read it. */
function encodeEverywhere(notice: Notice): readonly string[] {
  const seal = { secret: 'a secret', now: new Date(0) };
  const requests = CHANNEL_NAMES.map((name) => CHANNELS[name].encode(notice, seal));
  const mail = composeMail(notice, { to: ['root'], from: null });
  const { headers, text } = readMail(mail);
  const posted = requests.flatMap((request) => [JSON.stringify(request), request.body]);
  return [...posted, mail, text, ...headers.values()];
}

/** What goes out over the network, into the state directory and into the log. */
function outputsOf({ people, forge, book, log }: FakeNoticeWorld): string {
  const statuses = forge.told.flatMap((status) =>
    STATUS_FORGE_NAMES.map((name) => STATUS_FORGES[name].encode(status)),
  );
  return [
    ...people[0].told.flatMap(encodeEverywhere),
    ...statuses,
    book.text,
    JSON.stringify(log.events),
  ].join('\n');
}

/** How a value comes into a repository: valid and applied, or a mistake of which messages tell. */
const LAYERS: readonly ((value: string) => string)[] = [
  (value) => `A: ${JSON.stringify(value)}\nTOKEN: ${JSON.stringify(value)}\n`,
  (value) => `A: ${JSON.stringify(`$${value}`)}\n`, // impossible in php-fpm
  (value) => `A: ${JSON.stringify(value)}\nA: ${JSON.stringify(value)}\n`,
  (value) => `A: !expand ${JSON.stringify(`\${${value.replaceAll(/\W/g, '_')}}`)}\n`,
  (value) => `A: &${value.replaceAll(/\W/g, '_')} x\n`,
  (value) => `A: {${JSON.stringify(value)}: x}\n`,
  (value) => `A: "${value.replaceAll(/["\\]/g, '')}\n`,
  (value) => `A-${value.replaceAll(/\W/g, '-')}: x\n`,
];

/** What happens on the host meanwhile. */
const MISHAPS: readonly ((host: FakeHost, value: string) => void)[] = [
  () => undefined,
  (host, value) => host.files.place(PHP, `env["A"] = "${value}"\n`),
  (host) => void host.service.reloadScript.push('lost', 'lost', 'lost'),
  (host) => {
    host.service.rehearsal = () => 'REHEARSAL_FAILED';
  },
  (host, value) => {
    host.service.verdict = () => ({ ok: false, message: `line 3: ${value}` });
  },
];

test('no value of a variable is in a notice, a status, the book or the log', async () => {
  const steps = fc.array(fc.tuple(fc.constantFrom(...LAYERS), fc.constantFrom(...MISHAPS)), {
    minLength: 1,
    maxLength: 4,
  });
  const marks = fc.stringMatching(/^[g-z]{12}$/); // no part of a hash
  const endings = fc.string({ unit: 'grapheme-ascii', maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(steps, marks, endings, async (run, mark, ending) => {
      const value = `v${mark}${ending}`;
      const host = new FakeHost();
      const notices = new FakeNoticeWorld();
      for (const [layer, mishap] of run) {
        host.commit(layer(value));
        mishap(host, value);
        await notices.hear(makeReport(await host.run(), false));
      }
      expect(outputsOf(notices)).not.toContain(mark);
      expect(outputsOf(notices)).not.toContain(Buffer.from(value).toString('base64').slice(0, 12));
    }),
    { numRuns: 60 },
  );
});

test('notices are sent in this test, of every kind', async () => {
  const kinds = new Set<string>();
  for (const layer of LAYERS)
    for (const mishap of MISHAPS) {
      const host = new FakeHost();
      const notices = new FakeNoticeWorld();
      const hear = async (): Promise<void> => await notices.hear(makeReport(await host.run(), false));
      host.commit('A: one\n');
      await hear();
      mishap(host, 'edited');
      await hear();
      host.commit(layer('value'));
      await hear();
      host.commit('A: two\n');
      await hear();
      for (const kind of notices.kinds()) kinds.add(kind);
    }
  expect([...kinds].sort()).toEqual(['applied', 'failed', 'healed', 'recovered', 'undone']);
});

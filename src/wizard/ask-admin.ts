import { refused, type Parsed } from '../cluster/parsed.ts';
import { Secret, type SecretSource } from '../cluster/secret.ts';
import { formatSecretSource, parseSecretSource } from '../cluster/secret-source.ts';
import type { World } from '../world.ts';
import type { Question, TextQuestion } from './ask.ts';
import type { InitFlags } from './flags.ts';
import { localSource } from './local-source.ts';
import { answered, wantsAdmin, type State } from './state.ts';
import type { Step } from './walk.ts';

const flag = '--admin-password SOURCE';
const generate: Question = { title: '4 First admin: "admin", password generated and kept here (0600). OK?', why: 'admin/admin is never put behind a shared URL.', flag };
const source: TextQuestion<SecretSource> = {
  title: '  Where is the first admin\'s password?', why: 'env:NAME, file:PATH or command:WORDS (no shell).', flag,
  parse: (text): Parsed<SecretSource> => {
    const parsed = parseSecretSource(text);
    if (!parsed.ok || !['nodes', 'ask'].includes(parsed.value.kind)) return parsed;
    return refused(`"${parsed.value.kind}" holds no admin's password yet`, 'Type env:NAME, file:PATH or command:WORDS');
  },
  format: formatSecretSource,
};

/** The first admin of a database that has no user yet. */
export function askAdmin(world: World, flags: InitFlags): Step<State> {
  return {
    id: 'admin',
    needed: ({ seen }) => wantsAdmin(seen.paths),
    take: async (state, ask) => {
      const former = state.answers.admin;
      for (;;) {
        const given = ask.again ? undefined : flags.adminPassword;
        const generated = given === undefined ? await ask.confirm(generate, { kept: former && former.kind === 'generated', fallback: true }) : false;
        if (generated === undefined) return undefined;
        if (generated) return { state: answered(state, { admin: former?.kind === 'generated' ? former : { kind: 'generated', password: makePassword(world) } }) };
        const from = await ask.text(source, { given, kept: former?.kind === 'source' ? formatSecretSource(former.source) : undefined });
        if (from !== undefined) return { state: answered(state, { admin: { kind: 'source', source: localSource(from, world.files) } }) };
      }
    },
  };
}

/** 24 characters that need no quoting anywhere, 144 bits. */
function makePassword({ local }: Pick<World, 'local'>): Secret {
  return new Secret(Buffer.from(local.random(18)).toString('base64url'));
}

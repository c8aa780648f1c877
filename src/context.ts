import { makeClock } from './io/clock.ts';
import { makeFiles } from './io/files.ts';
import { http } from './io/http.ts';
import { uninterrupted } from './io/interrupt.ts';
import { makeLocal } from './io/local.ts';
import { openMysql } from './io/mysql.ts';
import { openSsh } from './io/openssh.ts';
import { openPostgres } from './io/postgres.ts';
import { makePrompt } from './io/prompt.ts';
import { redis } from './io/redis.ts';
import { makeScreen, wantsColour } from './io/screen.ts';
import { probeTls } from './io/tls-probe.ts';
import type { World } from './world.ts';

/** Builds the real world once; `packageRoot` is the folder that holds `templates/`. */
export function makeWorld(packageRoot: string): World {
  const local = makeLocal();
  const screen = makeScreen({ stdout: process.stdout, stderr: process.stderr, colour: wantsColour(process.stdout, local.env) });
  const prompt = makePrompt(screen);
  return {
    screen,
    prompt,
    local,
    files: makeFiles({ packageRoot, home: local.home, cwd: local.cwd }),
    clock: makeClock(),
    database: { open: (request) => (request.type === 'postgres' ? openPostgres(request) : openMysql(request)), probeTls },
    redis,
    http: http(),
    connect: openSsh({ prompt, screen, local }),
    uninterrupted,
  };
}

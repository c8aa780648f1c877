import { describe, it } from 'vitest';
import { badDatabases } from './bad-input-databases.ts';
import { startRefusal } from './refuses-bad-input.ts';

describe('bad input about the database', () => {
  const { refuses } = startRefusal();

  it.each(badDatabases)('$title', (one) => refuses(one, true));
});

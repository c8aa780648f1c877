import { createHash, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Settings } from './settings.ts';
import type { Row, Store } from './store.ts';

/** Makes the admin of `[security]`, when the database has no user. */
export async function createFirstUser(query: Store['query'], settings: Settings): Promise<void> {
  if ((await query('select id from "user"')).length > 0) return;
  const now = new Date();
  const salt = randomBytes(5).toString('hex');
  await query('insert into org (version, name, created, updated) values (?, ?, ?, ?)', [0, 'Main Org.', now, now]);
  await query(
    'insert into "user" (version, login, email, name, password, salt, rands, org_id, is_admin, is_disabled, is_service_account, uid, created, updated) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    [0, settings.get('security', 'admin_user'), settings.get('security', 'admin_email'), '', encoded(settings.get('security', 'admin_password'), salt), salt, '', 1, true, false, false, randomBytes(7).toString('hex'), now, now],
  );
  await query('insert into org_user (org_id, user_id, role, created, updated) values (?, ?, ?, ?, ?)', [1, 1, 'Admin', now, now]);
}

/** The user with that login and password; undefined: no such. */
export async function userOf(query: Store['query'], login: string, password: string): Promise<Row | undefined> {
  const [user] = await query('select * from "user" where login = ? or email = ?', [login, login]);
  return user !== undefined && encoded(password, String(user['salt'])) === user['password'] ? user : undefined;
}

/** Begins a session and gives its cookie; the database keeps only a hash that needs secret_key. */
export async function beginSession(query: Store['query'], user: Row, secretKey: string): Promise<string> {
  const token = randomBytes(16).toString('hex');
  const now = Math.floor(Date.now() / 1000);
  await query(
    'insert into user_auth_token (user_id, auth_token, prev_auth_token, user_agent, client_ip, auth_token_seen, seen_at, rotated_at, created_at, updated_at, revoked_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    [user['id'], hashed(token, secretKey), hashed(token, secretKey), '', '', false, 0, now, now, now, 0],
  );
  return token;
}

/** The user whose session the cookie is; undefined: none that this secret_key knows. */
export async function userOfSession(query: Store['query'], token: string, secretKey: string): Promise<Row | undefined> {
  const [user] = await query('select u.* from "user" u join user_auth_token t on t.user_id = u.id where t.auth_token = ?', [hashed(token, secretKey)]);
  return user;
}

export async function endSession(query: Store['query'], token: string, secretKey: string): Promise<void> {
  await query('delete from user_auth_token where auth_token = ?', [hashed(token, secretKey)]);
}

function hashed(token: string, secretKey: string): string {
  return createHash('sha256').update(token + secretKey).digest('hex');
}

function encoded(password: string, salt: string): string {
  return pbkdf2Sync(password, salt, 10_000, 50, 'sha256').toString('hex');
}

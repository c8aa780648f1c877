import type { Settings } from './settings.ts';
import type { Row, Store } from './store.ts';
import { beginSession, endSession, userOf, userOfSession } from './users.ts';
import { commit, version } from './version.ts';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly authorization: string;
  readonly cookies: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string;
}

/** `store` is absent on SQLite: there the user is that of the config, and sessions do not exist. */
interface Server {
  readonly settings: Settings;
  readonly store: Store | undefined;
}

/** Answers as Grafana does, as far as this goes; what Grafana knows of its mesh is not here. */
export async function answerTo(request: Request, server: Server): Promise<Answer> {
  const rootUrl = new URL(server.settings.get('server', 'root_url'));
  const subPath = server.settings.isOn('server', 'serve_from_sub_path') ? rootUrl.pathname.replace(/\/$/, '') : '';
  const path = subPath !== '' && request.path.startsWith(`${subPath}/`) ? request.path.slice(subPath.length) : request.path;
  if (path === '/api/health') return health(server);
  if (path === '/healthz') return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: 'Ok' };
  if (path === '/metrics') return { status: 200, headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }, body: `# TYPE grafana_build_info gauge\ngrafana_build_info{branch="stand-in",edition="oss",revision="${commit}",version="${version}"} 1\n` };
  if (server.settings.isOn('server', 'enforce_domain') && request.host.replace(/:\d+$/, '') !== server.settings.get('server', 'domain')) {
    return { status: 301, headers: { Location: rootUrl.href }, body: '' };
  }
  if (path === '/login' && request.method === 'POST') return login(request, server);
  if (path === '/login') return { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<title>stand-in for Grafana</title>\n' };
  const user = await whoAsks(request, server);
  if (user === undefined) return path.startsWith('/api/') ? unauthorized : { status: 302, headers: { Location: `${subPath}/login` }, body: '' };
  switch (path) {
    case '/api/user': return json(200, { id: Number(user['id']), uid: user['uid'], email: user['email'], name: user['name'], login: user['login'], orgId: 1, isGrafanaAdmin: Boolean(user['is_admin']), isDisabled: false });
    case '/api/frontend/settings': return json(200, { appUrl: withSlash(rootUrl.href), buildInfo: { version, commit, edition: 'Open Source', env: 'production' }, licenseInfo: { edition: 'Open Source', expiry: 0, stateInfo: '' } });
    case '/api/admin/settings': return json(200, maskedSettings(server.settings));
    case '/api/alertmanager/grafana/api/v2/status': return json(200, { cluster: { peers: [], status: 'disabled' } });
    case '/logout': return logout(request, server);
    default: return json(404, { message: 'Not found' });
  }
}

async function health({ store }: Server): Promise<Answer> {
  const ok = store === undefined || (await store.query('select 1').then(() => true, () => false));
  return { status: ok ? 200 : 503, headers: { 'Content-Type': 'application/json; charset=UTF-8' }, body: JSON.stringify({ database: ok ? 'ok' : 'failing', version, commit }, null, 2) };
}

async function login({ body }: Request, { settings, store }: Server): Promise<Answer> {
  const { user, password } = JSON.parse(body || '{}') as { readonly user?: string; readonly password?: string };
  const found = await knownUser({ settings, store }, user ?? '', password ?? '').catch(() => undefined); // Grafana says the same while the database is away
  if (found === undefined) return json(401, { statusCode: 401, messageId: 'password-auth.failed', message: 'Invalid username or password' });
  const token = store === undefined ? '' : await beginSession(store.query, found, settings.get('security', 'secret_key'));
  const cookie = `${settings.get('auth', 'login_cookie_name')}=${token}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax`;
  return { ...json(200, { message: 'Logged in', redirectUrl: '/' }), headers: { 'Content-Type': 'application/json', 'Set-Cookie': [cookie] } };
}

async function logout({ cookies }: Request, { settings, store }: Server): Promise<Answer> {
  await (store && endSession(store.query, cookies.get(settings.get('auth', 'login_cookie_name')) ?? '', settings.get('security', 'secret_key')));
  return { status: 302, headers: { Location: '/login' }, body: '' };
}

async function whoAsks({ authorization, cookies }: Request, { settings, store }: Server): Promise<Row | undefined> {
  const [, basic] = /^Basic (.+)$/.exec(authorization) ?? [];
  if (basic !== undefined) {
    const [, name, password] = /^([^:]*):([^]*)$/.exec(Buffer.from(basic, 'base64').toString()) ?? [];
    return knownUser({ settings, store }, name ?? '', password ?? '').catch(() => undefined);
  }
  const token = cookies.get(settings.get('auth', 'login_cookie_name'));
  return token === undefined ? undefined : store && userOfSession(store.query, token, settings.get('security', 'secret_key')).catch(() => undefined);
}

async function knownUser({ settings, store }: Server, name: string, password: string): Promise<Row | undefined> {
  if (store !== undefined) return userOf(store.query, name, password);
  const isAdmin = name === settings.get('security', 'admin_user') && password === settings.get('security', 'admin_password');
  return isAdmin ? { id: 1, uid: 'admin', email: 'admin@localhost', name: '', login: name, is_admin: true } : undefined;
}

function maskedSettings({ config }: Settings): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const masked = (key: string, value: string) => (/password|secret|token|license_text/.test(key) && value !== '' ? '*********' : value);
  return Object.fromEntries([...config.sections].map(([section, settings]) => [section, Object.fromEntries([...settings].map(([key, { value }]) => [key, masked(key, value)]))]));
}

const unauthorized = json(401, { extra: null, message: 'Unauthorized', messageId: 'auth.unauthorized', statusCode: 401, traceID: '' });

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

function json(status: number, body: unknown): Answer {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

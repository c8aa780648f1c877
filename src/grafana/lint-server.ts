import { publicSecretKey } from './catalogue-secrets.ts';
import { findExpanders } from './expanders.ts';
import { type LintFinding, place } from './lint-finding.ts';
import type { LintRule, SeenValue, Sight } from './lint-sight.ts';

/** [server], keys, mail, and paths that Grafana's unit hides. */
export const serverRules: readonly LintRule[] = [judgeRootUrl, judgeDomain, judgeAddress, judgeSubPath, judgeEnforcedDomain, judgeCertificate, judgeSecretKey, judgeMailHost, judgePaths];

type Words = Pick<LintFinding, 'id' | 'found' | 'expected' | 'hint'> & { readonly weight?: LintFinding['weight'] };

function given(sight: Sight, section: string, key: string): SeenValue | undefined {
  const seen = sight.see(section, key);
  return seen?.isSet === true && seen.value !== '' ? seen : undefined;
}

function about(section: string, key: string, { line }: SeenValue, { weight = 'warning', ...words }: Words): LintFinding {
  return { ...words, weight, section, key, ...place(line) };
}

function judgeRootUrl(sight: Sight): readonly LintFinding[] {
  const url = given(sight, 'server', 'root_url');
  if (url === undefined) return [];
  const words = { id: 'bad-root-url', expected: 'https://HOST/, as people type it', hint: 'root_url = https://grafana.example.com/' };
  if (!/^https?:\/\//i.test(url.value)) return [about('server', 'root_url', url, { ...words, found: `${url.value}, without http:// or https:// at its beginning` })];
  return URL.canParse(url.value) && !/\s/.test(url.value) ? [] : [about('server', 'root_url', url, { ...words, weight: 'error', found: `${url.value}, which is no URL` })];
}

function judgeDomain(sight: Sight): readonly LintFinding[] {
  const domain = given(sight, 'server', 'domain');
  if (domain === undefined || !/:\/\/|\/|:\d+$|\s/.test(domain.value)) return [];
  return [about('server', 'domain', domain, { id: 'bad-domain', found: `${domain.value}, which is more than a host name`, expected: 'a host name alone', hint: `domain = ${domain.value.replace(/^.*:\/\//, '').replace(/[/:\s].*$/, '')}` })];
}

function judgeAddress(sight: Sight): readonly LintFinding[] {
  const [address, port] = [given(sight, 'server', 'http_addr'), given(sight, 'server', 'http_port')];
  const wrongPort = port !== undefined && /^\d+$/.test(port.value) && (Number(port.value) > 65535);
  return [
    ...(address === undefined || !/^[^:]+:\d+$|\]:\d+$|:\/\//.test(address.value) ? [] : [about('server', 'http_addr', address, { id: 'bad-address', weight: 'error', found: `${address.value}, with a port: Grafana adds http_port to it`, expected: 'an address alone', hint: 'http_port = PORT in a line of its own' })]),
    ...(port === undefined || !wrongPort ? [] : [about('server', 'http_port', port, { id: 'bad-port', weight: 'error', found: `${port.value}, which is no port`, expected: 'a number from 1 to 65535', hint: 'http_port = 3000' })]),
  ];
}

function judgeSubPath(sight: Sight): readonly LintFinding[] {
  const [serve, url] = [given(sight, 'server', 'serve_from_sub_path'), sight.see('server', 'root_url')];
  if (serve === undefined || !isYes(serve) || url === undefined) return [];
  const path = URL.canParse(url.value) ? new URL(url.value).pathname : undefined;
  if (path === undefined || path !== '/') return [];
  return [about('server', 'serve_from_sub_path', serve, { id: 'no-sub-path', found: `serve_from_sub_path, while root_url is ${url.value}, without a path`, expected: 'a path in root_url', hint: `root_url = ${url.value.replace(/\/?$/, '/grafana/')}` })];
}

/** Every other host is sent to root_url, which is refused again when its own host is another (validate_host.go). */
function judgeEnforcedDomain(sight: Sight): readonly LintFinding[] {
  const [enforced, url, domain] = [given(sight, 'server', 'enforce_domain'), given(sight, 'server', 'root_url'), sight.see('server', 'domain')];
  if (enforced === undefined || !isYes(enforced) || url === undefined || domain === undefined || !URL.canParse(url.value) || new URL(url.value).hostname === domain.value.toLowerCase()) return [];
  return [about('server', 'enforce_domain', enforced, { id: 'domain-loop', found: `enforce_domain with domain ${domain.value}, while root_url is ${url.value}: the browser is sent round in circles`, expected: 'one host name in both', hint: `domain = ${new URL(url.value).hostname}` })];
}

function isYes({ value }: SeenValue): boolean {
  return /^(1|t|true|y|yes|on)$/i.test(value);
}

function judgeCertificate(sight: Sight): readonly LintFinding[] {
  const protocol = given(sight, 'server', 'protocol');
  if (protocol === undefined || !['https', 'h2', 'socket_h2'].includes(protocol.value)) return [];
  const missing = ['cert_file', 'cert_key'].filter((key) => sight.see('server', key)?.value === '');
  return missing.length === 0 ? [] : [about('server', 'protocol', protocol, { id: 'no-certificate', weight: 'error', found: `${protocol.value} without ${missing.join(' and ')}: Grafana does not start`, expected: 'cert_file and cert_key', hint: `${missing[0]} = PATH` })];
}

/** As many settings at their default as no hand writes: the file is a copy of defaults.ini. */
const copySize = 100;

function judgeSecretKey(sight: Sight): readonly LintFinding[] {
  const isCopy = sight.written.filter(({ section, key, raw }) => raw === sight.defaultOf(section, key)).length >= copySize;
  if (isCopy && sight.see('database', 'type')?.value === 'sqlite3') return [];
  return [['security', 'secret_key'], ['secrets_manager.encryption.secret_key.v1', 'secret_key']].flatMap(([section = '', key = '']) => {
    const seen = given(sight, section, key);
    return seen?.value !== publicSecretKey ? [] : [about(section, key, seen, { id: 'public-secret-key', found: 'the key that every Grafana is shipped with', expected: 'a key of your own, the same on every node', hint: `${key} = $__file{/etc/grafana/secrets/secret_key}; over a database with data sources only after re-encrypting them` })];
  });
}

function judgeMailHost(sight: Sight): readonly LintFinding[] {
  const findings = [['smtp', 'host', '25'], ['live', 'ha_engine_address', '6379']] as const;
  return findings.flatMap(([section, key, port]) => {
    const host = given(sight, section, key);
    return host === undefined || /:\d+$|:\/\//.test(host.value) ? [] : [about(section, key, host, { id: 'no-port', found: `${host.value}, without a port`, expected: 'HOST:PORT', hint: `${key} = ${host.value}:${port}` })];
  });
}

const files = [['database', 'ca_cert_path'], ['database', 'client_cert_path'], ['database', 'client_key_path'], ['server', 'cert_file'], ['server', 'cert_key'], ['enterprise', 'license_path']] as const;
const hidden = /^\/(home|root|tmp|var\/tmp|run\/user)\//;

/** The unit of the deb and rpm packages has ProtectHome and PrivateTmp. */
function judgePaths(sight: Sight): readonly LintFinding[] {
  const words = (path: string): Words => ({ id: 'hidden-path', found: `${path}, which the unit of Grafana's packages does not let it see`, expected: 'a path under /etc/grafana', hint: `/etc/grafana/${path.split('/').at(-1)}` });
  return [
    ...files.flatMap(([section, key]) => {
      const path = given(sight, section, key);
      return path !== undefined && hidden.test(path.value) ? [about(section, key, path, words(path.value))] : [];
    }),
    ...sight.written.flatMap(({ section, key, raw, line }) => findExpanders(raw)
      .filter(({ provider, argument }) => provider === '__file' && hidden.test(argument))
      .map(({ argument }) => about(section, key, { value: raw, line, isSet: true }, words(argument)))),
  ];
}

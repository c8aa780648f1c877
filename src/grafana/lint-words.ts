/** Settings with a fixed choice of words; anything else is refused (`error`) or taken for the default. Postgres and MySQL each have their own ssl_mode: lint-database.ts. */
export interface Choice {
  readonly words: readonly string[];
  readonly weight: 'error' | 'warning';
  /** What Grafana does with another word. */
  readonly otherwise: string;
  readonly source: string;
  /** Several, separated by blanks or commas. */
  readonly list?: boolean;
}

const level: Choice = { words: ['trace', 'debug', 'info', 'warn', 'error', 'critical'], weight: 'warning', otherwise: 'info is taken', source: 'pkg/infra/log' };
const format: Choice = { words: ['text', 'console', 'json'], weight: 'warning', otherwise: 'text is taken', source: 'pkg/infra/log' };
const role: Choice = { words: ['Viewer', 'Editor', 'Admin', 'None'], weight: 'warning', otherwise: 'nobody has such a role', source: 'org.RoleType' };

export const choices: Readonly<Record<string, Choice>> = {
  'DEFAULT.app_mode': { words: ['production', 'development', 'test'], weight: 'warning', otherwise: 'it counts as neither', source: 'setting.go' },
  'database.type': { words: ['mysql', 'postgres', 'sqlite3'], weight: 'error', otherwise: 'Grafana does not start: unknown database type', source: 'seen on 9.4 and 12.2' },
  'database.cache_mode': { words: ['private', 'shared'], weight: 'warning', otherwise: 'private is taken', source: 'sqlstore' },
  'database.isolation_level': { words: ['READ-UNCOMMITTED', 'READ-COMMITTED', 'REPEATABLE-READ', 'SERIALIZABLE'], weight: 'error', otherwise: 'MySQL refuses it, and Grafana does not start', source: 'seen on 9.4: Error 1231' },
  'server.protocol': { words: ['http', 'https', 'h2', 'socket', 'socket_h2'], weight: 'warning', otherwise: 'http is taken', source: 'setting.go' },
  'server.min_tls_version': { words: ['TLS1.2', 'TLS1.3'], weight: 'error', otherwise: 'Grafana does not start', source: '12.2 conf/defaults.ini' },
  'live.ha_engine': { words: ['redis'], weight: 'error', otherwise: 'Grafana does not start: unsupported live HA engine type', source: 'seen on 9.4' },
  'remote_cache.type': { words: ['database', 'redis', 'memcached', 'ring'], weight: 'error', otherwise: 'Grafana does not start', source: 'pkg/infra/remotecache' },
  'security.cookie_samesite': { words: ['lax', 'strict', 'none', 'disabled'], weight: 'warning', otherwise: 'lax is taken', source: 'setting.go' },
  'log.mode': { words: ['console', 'file', 'syslog', 'frontend'], weight: 'warning', otherwise: 'that log is not written', source: 'pkg/infra/log', list: true },
  'log.level': level, 'log.console.level': level, 'log.file.level': level, 'log.syslog.level': level,
  'log.console.format': format, 'log.file.format': format, 'log.syslog.format': format,
  'external_image_storage.provider': { words: ['s3', 'webdav', 'gcs', 'azure_blob', 'local'], weight: 'warning', otherwise: 'images are stored nowhere', source: 'pkg/components/imguploader' },
  'smtp.startTLS_policy': { words: ['OpportunisticStartTLS', 'MandatoryStartTLS', 'NoStartTLS'], weight: 'warning', otherwise: 'OpportunisticStartTLS is taken', source: 'conf/defaults.ini' },
  'users.default_theme': { words: ['dark', 'light', 'system'], weight: 'warning', otherwise: 'dark is taken', source: 'setting.go' },
  'users.auto_assign_org_role': role, 'auth.anonymous.org_role': role,
  'auth.proxy.header_property': { words: ['username', 'email'], weight: 'warning', otherwise: 'nobody can log in', source: 'conf/defaults.ini' },
};

/** A section or key that is gone, with what took its place. */
export interface Retired {
  readonly section: string;
  /** Absent: the whole section. */
  readonly key?: string;
  /** The first version without it; absent: as the catalogue's mark says. */
  readonly since?: string;
  /** What to write instead. */
  readonly instead: string;
  readonly source: string;
}

const migration = 'setting_unified_alerting.go, which fell back to these keys up to 10';

/** What older guides and files still say. */
export const retired: readonly Retired[] = [
  { section: 'session', since: '6.0', instead: 'nothing: sessions are in the database; caches under [remote_cache]', source: 'HA documentation: table user_auth_token' },
  { section: 'alerting', since: '11.0', instead: '[unified_alerting]', source: 'setting.go: legacy alerting is removed in 11' },
  { section: 'alerting', key: 'enabled', instead: '[unified_alerting] enabled', source: migration },
  { section: 'alerting', key: 'execute_alerts', instead: '[unified_alerting] execute_alerts', source: migration },
  { section: 'alerting', key: 'evaluation_timeout_seconds', instead: '[unified_alerting] evaluation_timeout, with a unit', source: migration },
  { section: 'alerting', key: 'max_attempts', instead: '[unified_alerting] max_attempts', source: migration },
  { section: 'alerting', key: 'min_interval_seconds', instead: '[unified_alerting] min_interval, with a unit', source: migration },
  { section: 'alerting', key: 'max_annotation_age', instead: '[unified_alerting.state_history.annotations] max_age', source: '12.2 conf/defaults.ini' },
  { section: 'alerting', key: 'max_annotations_to_keep', instead: '[unified_alerting.state_history.annotations] max_annotations_to_keep', source: '12.2 conf/defaults.ini' },
  { section: 'dashboard_previews.crawler', since: '12.2', instead: 'nothing: dashboard previews are gone', source: '12.2 conf/defaults.ini' },
  { section: 'auth', key: 'oauth_skip_org_role_update_sync', instead: 'skip_org_role_sync under the section of each provider', source: '12.2 conf/defaults.ini' },
  { section: 'log.frontend', key: 'sentry_dsn', instead: '[log.frontend] custom_endpoint', source: '12.2 conf/defaults.ini' },
  { section: 'log.frontend', key: 'sample_rate', instead: '[log.frontend] instrumentations_…', source: '12.2 conf/defaults.ini' },
  { section: 'log.frontend', key: 'provider', instead: 'nothing: there is one provider', source: '12.2 conf/defaults.ini' },
  { section: 'auth', key: 'login_maximum_inactive_lifetime_days', since: '7.0', instead: '[auth] login_maximum_inactive_lifetime_duration, with a unit', source: 'setting.go of 7.0' },
  { section: 'auth', key: 'login_maximum_lifetime_days', since: '7.0', instead: '[auth] login_maximum_lifetime_duration, with a unit', source: 'setting.go of 7.0' },
  { section: 'security', key: 'login_remember_days', since: '6.0', instead: '[auth] login_maximum_lifetime_duration, with a unit', source: 'sessions are tokens since 6.0' },
  { section: 'security', key: 'cookie_username', since: '6.0', instead: '[auth] login_cookie_name', source: 'sessions are tokens since 6.0' },
  { section: 'security', key: 'cookie_remember_name', since: '6.0', instead: '[auth] login_cookie_name', source: 'sessions are tokens since 6.0' },
];

/** Sections of Grafana Enterprise: closed source, so that any key is taken (enterprise-configuration page of the 9.4 documentation). */
export const enterpriseSections = [
  'white_labeling', 'usage_insights.export', 'usage_insights.export.storage.loki', 'analytics.summaries', 'analytics.views', 'reporting',
  'auditing', 'auditing.logs.file', 'auditing.logs.loki', 'auth.saml', 'keystore.vault', 'security.egress',
  'caching', 'caching.encryption', 'caching.memory', 'caching.redis', 'caching.memcached', 'recorded_queries',
] as const;

/** Beginnings of sections whose rest somebody else names: plugins, storage resources, providers, log targets, Kubernetes groups. */
export const openPrefixes = [
  'plugin.', 'plugins.', 'auth.', 'log.', 'feature_toggles.', 'unified_storage', 'grafana-apiserver', 'zanzana.', 'keystore.', 'caching.', 'auditing.', 'white_labeling.', 'reporting.',
  'secrets_manager.encryption.', 'security.encryption.', 'external_image_storage.',
] as const;

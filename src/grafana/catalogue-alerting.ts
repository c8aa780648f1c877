/** Alerting, Live, quotas, annotations. How to read it: catalogue.ts. */
export const alertingSettings = `
[alerting]
-11.0 concurrent_render_limit = 5
-11.0 enabled =
-11.0 error_or_timeout = alerting
-11.0 evaluation_timeout_seconds = 30
-11.0 execute_alerts = true
-11.0 max_annotation_age =
-11.0 max_annotations_to_keep =
-11.0 max_attempts = 3
-11.0 min_interval_seconds = 1
-11.0 nodata_or_nullvalues = no_data
-11.0 notification_timeout_seconds = 30
[unified_alerting]
admin_config_poll_interval = 60s
alertmanager_config_poll_interval = 60s
+ alertmanager_max_silence_size_bytes =
+ alertmanager_max_silences_count =
+ deleted_rule_retention = 30d
+ disable_jitter = false
disabled_orgs =
enabled =
evaluation_timeout = 30s
execute_alerts = true
ha_advertise_address =
ha_gossip_interval = 200ms
+10.1 ha_label =
ha_listen_address = 0.0.0.0:9094
ha_peer_timeout = 15s
ha_peers =
ha_push_pull_interval = 60s
+11.1 ha_reconnect_timeout = 6h
+10.1 ha_redis_address =
+11.1 ha_redis_cluster_mode_enabled = false
+10.1 ha_redis_db =
+10.2 ha_redis_max_conns = 5
+10.1 ha_redis_password =
+10.1 ha_redis_peer_name =
+10.1 ha_redis_prefix =
+12.1 ha_redis_sentinel_master_name =
+12.1 ha_redis_sentinel_mode_enabled = false
+12.1 ha_redis_sentinel_password =
+12.1 ha_redis_sentinel_username =
+11.1 ha_redis_tls_ca_path =
+11.1 ha_redis_tls_cert_path =
+11.1 ha_redis_tls_cipher_suites =
+11.1 ha_redis_tls_enabled = false
+11.1 ha_redis_tls_insecure_skip_verify =
+11.1 ha_redis_tls_key_path =
+11.1 ha_redis_tls_min_version =
+11.1 ha_redis_tls_server_name =
+10.1 ha_redis_username =
+ initialization_timeout = 30s
max_attempts = 3
+ max_state_save_concurrency = 1
min_interval = 10s
+ notification_log_retention = 5d
+ resolved_alert_retention = 15m
+ rule_version_record_limit = 0
+ state_periodic_save_batch_size = 1
+ state_periodic_save_interval = 5m
+12.4 ha_single_node_evaluation = false
+13.0 ha_single_evaluation_alert_broadcast_queue_size = 200
[unified_alerting.notification_history]
+ enabled = false
+ loki_basic_auth_password =
+ loki_basic_auth_username =
+ loki_remote_url =
+ loki_tenant_id =
[unified_alerting.notification_history.external_labels] any
[unified_alerting.prometheus_conversion]
+ rule_query_offset = 1m
[unified_alerting.reserved_labels]
disabled_labels =
[unified_alerting.screenshots]
capture = false
capture_timeout = 10s
max_concurrent_screenshots = 5
upload_external_image_storage = false
[unified_alerting.state_history]
+ backend =
enabled = true
+ loki_basic_auth_password =
+ loki_basic_auth_username =
+ loki_max_query_length = 721h
+ loki_max_query_size = 65536
+ loki_remote_read_url =
+ loki_remote_url =
+ loki_remote_write_url =
+ loki_tenant_id =
+ primary =
+ prometheus_metric_name = GRAFANA_ALERTS
+ prometheus_target_datasource_uid =
+ prometheus_write_timeout = 10s
+ secondaries =
[unified_alerting.state_history.annotations]
+ max_age =
+ max_annotations_to_keep =
[unified_alerting.state_history.external_labels] any
[recording_rules]
+ default_datasource_uid =
+ enabled = true
+ timeout = 10s
[recording_rules.custom_headers] any
[remote.alertmanager]
+ password =
+ sync_interval = 5m
+ tenant =
+ timeout = 30s
+ url =
[quota]
+ alerting_rule_evaluation_results = -1
+ alerting_rule_group_rules = 100
enabled = false
global_alert_rule = -1
global_api_key = -1
+ global_correlations = -1
global_dashboard = -1
global_file = 1000
global_org = -1
global_session = -1
global_user = -1
org_alert_rule = 100
org_api_key = 10
org_dashboard = 100
org_data_source = 10
org_user = 10
user_org = 10
* global_data_source
[live]
allowed_origins =
ha_engine =
ha_engine_address = 127.0.0.1:6379
+ ha_engine_password =
+ ha_prefix =
max_connections = 100
+ message_size_limit = 65536
[expressions]
enabled = true
[annotations]
cleanupjob_batchsize = 100
tags_length = 500
[annotations.api]
max_age =
max_annotations_to_keep =
[annotations.dashboard]
max_age =
max_annotations_to_keep =
`;

/** What people see, plugins, clouds, rendering. How to read it: catalogue.ts. */
export const featuresSettings = `
[analytics]
application_insights_connection_string =
application_insights_endpoint_url =
+ browser_console_reporter = false
check_for_plugin_updates = true
check_for_updates = true
feedback_links_enabled = true
google_analytics_4_id =
google_analytics_4_send_manual_page_views = false
google_analytics_ua_id =
google_tag_manager_id =
+ intercom_secret =
reporting_distributor = grafana-labs
reporting_enabled = true
+ reporting_static_context =
rudderstack_config_url =
rudderstack_data_plane_url =
+ rudderstack_integrations_url =
rudderstack_sdk_url =
rudderstack_write_key =
[aws]
allowed_auth_providers = default,keys,credentials
assume_role_enabled = true
+ external_id =
+ forward_settings_to_plugins = cloudwatch, grafana-athena-datasource, grafana-redshift-datasource, grafana-x-ray-datasource, grafana-timestream-datasource, grafana-iot-sitewise-datasource, grafana-iot-twinmaker-datasource, grafana-opensearch-datasource, aws-datasource-provisioner, elasticsearch, prometheus, grafana-amazonprometheus-datasource, grafana-aurora-datasource
list_metrics_page_limit = 500
+ session_duration = 15m
[azure]
+ azure_entra_password_credentials_enabled = false
cloud = AzureCloud
+ clouds_config =
+ forward_settings_to_plugins = grafana-azure-monitor-datasource, prometheus, grafana-azure-data-explorer-datasource, mssql, grafana-azureprometheus-datasource
managed_identity_client_id =
managed_identity_enabled = false
+ user_identity_client_authentication =
+ user_identity_client_id =
+ user_identity_client_secret =
+ user_identity_enabled = false
+ user_identity_fallback_credentials_enabled = true
+ user_identity_federated_credential_audience =
+ user_identity_managed_identity_client_id =
+ user_identity_token_url =
+ username_assertion =
+ workload_identity_client_id =
+ workload_identity_enabled = false
+ workload_identity_tenant_id =
+ workload_identity_token_file =
[dashboard_previews.crawler]
- max_crawl_duration =
- rendering_timeout =
- scheduler_interval =
- thread_count =
[dashboards]
+ dashboard_performance_metrics =
default_home_dashboard_path =
min_refresh_interval = 5s
+ panel_series_limit =
versions_to_keep = 20
[datasources]
+ concurrent_query_count = 10
datasource_limit = 5000
+ default_allow_recording_rules_target_alerts_ui_toggle = true
+ default_manage_alerts_ui_toggle = true
[date_formats]
default_timezone = browser
full_date = YYYY-MM-DD HH:mm:ss
interval_day = MM/DD
interval_hour = MM/DD HH:mm
interval_minute = HH:mm
interval_month = YYYY-MM
interval_second = HH:mm:ss
interval_year = YYYY
use_browser_locale = false
* interval_millisecond
* default_week_start
[explore]
+ defaultTimeOffset = 1h
enabled = true
+ hide_logs_download = false
[external_image_storage]
provider =
[external_image_storage.azure_blob]
account_key =
account_name =
container_name =
sas_token_expiration_days =
[external_image_storage.gcs]
bucket =
enable_signed_urls = false
key_file =
path =
signed_url_expiration =
[external_image_storage.local]
[external_image_storage.s3]
access_key =
bucket =
bucket_url =
endpoint =
path =
path_style_access =
region =
secret_key =
[external_image_storage.webdav]
password =
public_url =
url =
username =
[feature_management]
+ allow_editing = false
+ hidden_toggles =
+ read_only_toggles =
+ update_webhook =
+ update_webhook_token =
[feature_toggles] any
enable =
[feature_toggles.openfeature]
+ enable_api = true
+ provider = static
[feature_toggles.openfeature.context] any
[frontend_dev]
+ betterer_eslint_rules = false
+ fail_tests_on_console = true
[geomap]
default_baselayer_config =
enable_custom_baselayers = true
[grafana_com]
api_url = https://grafana.com/api
+ sso_api_token =
url = https://grafana.com
[grafana_net]
url = https://grafana.com
[help]
enabled = true
[navigation.app_sections] any
[navigation.app_standalone_pages] any
[news]
+ news_feed_enabled = true
[panels]
disable_sanitize_html = false
enable_alpha = false
[plugin.grafana-image-renderer]
grpc_host =
grpc_port =
rendering_args =
rendering_chrome_bin =
rendering_clustering_max_concurrency =
rendering_clustering_mode =
rendering_clustering_timeout =
rendering_dumpio =
rendering_ignore_https_errors =
rendering_language =
rendering_mode =
rendering_timezone =
+ rendering_timing_metrics =
+ rendering_tracing_url =
rendering_verbose_logging =
rendering_viewport_device_scale_factor =
rendering_viewport_max_device_scale_factor =
rendering_viewport_max_height =
rendering_viewport_max_width =
[plugins]
allow_loading_unsigned_plugins =
app_tls_skip_verify_insecure = false
+ disable_plugins =
enable_alpha = false
+ forward_host_env_vars =
+ hide_angular_deprecation =
+ log_backend_requests = false
plugin_admin_enabled = true
plugin_admin_external_manage_enabled = false
plugin_catalog_hidden_plugins =
plugin_catalog_url = https://grafana.com/grafana/plugins/
+ preinstall =
+ preinstall_disabled = false
+ preinstall_sync =
+ public_key_retrieval_disabled = false
+ public_key_retrieval_on_startup = false
+ update_strategy = minor
[profile]
enabled = true
[public_dashboards]
+ enabled = true
[query]
+ concurrent_query_limit =
[query_history]
enabled = true
[rendering]
callback_url =
concurrent_render_request_limit = 30
+ default_image_height = 500
+ default_image_scale = 1
+ default_image_width = 1000
render_key_lifetime = 5m
renderer_token = -
server_url =
[search]
dashboard_loading_batch_size = 200
full_reindex_interval = 5m
index_update_interval = 10s
[secure_socks_datasource_proxy]
+ allow_insecure = false
client_cert =
client_key =
enabled = false
proxy_address =
root_ca_cert =
server_name =
+ show_ui = true
[short_links]
+ expire_time = 7
[snapshots]
+ enabled = true
external_enabled = true
external_snapshot_name = Publish to snapshots.raintank.io
external_snapshot_url = https://snapshots.raintank.io
public_mode = false
- snapshot_remove_expired = true
[sql_datasources]
+ max_conn_lifetime_default = 14400
+ max_idle_conns_default = 100
+ max_open_conns_default = 100
[storage]
allow_unsanitized_svg_upload = false
[time_picker]
+ default_timezone = browser
+ interval_day = MM/DD
+ interval_hour = MM/DD HH:mm
+ interval_minute = HH:mm
+ interval_month = YYYY-MM
+ interval_second = HH:mm:ss
+ interval_year = YYYY
+ quick_ranges =
+ use_browser_locale = false
`;

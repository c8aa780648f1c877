/** The process itself: server, database, logs, mail, metrics, tracing. How to read it: catalogue.ts. */
export const serverSettings = `
[DEFAULT]
app_mode = production
- force_migration = false
instance_name = \${HOSTNAME}
+ target =
[server]
cdn_url =
cert_file =
cert_key =
+ cert_pass =
+ certs_watch_interval =
domain = localhost
enable_gzip = false
enforce_domain = false
http_addr =
http_port = 3000
+ min_tls_version =
protocol = http
read_timeout = 0
root_url = %(protocol)s://%(domain)s:%(http_port)s/
router_logging = false
serve_from_sub_path = false
socket = /tmp/grafana.sock
socket_gid = -1
socket_mode = 0660
static_root_path = public
[server.custom_response_headers] any
[database]
ca_cert_path =
cache_mode = private
client_cert_path =
client_key_path =
conn_max_lifetime = 14400
+ high_availability = true
host = 127.0.0.1:3306
+ instrument_queries = false
isolation_level =
locking_attempt_timeout_sec = 0
log_queries =
max_idle_conn = 2
max_open_conn =
+10.1 migration_locking = true
name = grafana
password =
path = grafana.db
query_retries = 0
server_cert_name =
ssl_mode = disable
+10.1 ssl_sni =
transaction_retries = 5
type = sqlite3
url =
user = root
wal = false
* connection_string
* skip_migrations
* ensure_default_org_and_user
+12.0 port
+12.0 delete_auto_gen_ids = false
+12.0 skip_dashboard_uid_migration_on_startup = false
[paths]
data = data
logs = data/log
+ permitted_provisioning_paths = devenv/dev-dashboards|conf/provisioning
plugins = data/plugins
provisioning = conf/provisioning
temp_data_lifetime = 24h
[remote_cache]
connstr =
encryption =
prefix =
type = database
[dataproxy]
dialTimeout = 10
expect_continue_timeout_seconds = 1
idle_conn_timeout_seconds = 90
keep_alive_seconds = 30
logging = false
max_conns_per_host = 0
max_idle_connections = 100
response_limit = 0
row_limit = 1000000
send_user_header = false
timeout = 30
tls_handshake_timeout_seconds = 10
+ user_agent =
[grpc_server]
+ address = 127.0.0.1:10000
+ cert_file =
+ enable_logging = false
+ key_file =
+ max_recv_msg_size =
+ max_send_msg_size =
+ network = tcp
+ use_tls = false
[environment]
+ local_file_system_available = true
[log]
filters =
level = info
mode = console file
+ user_facing_default_error = please inspect Grafana server log for details
* enabled
[log.console]
format = console
level =
* filters
[log.file]
daily_rotate = true
format = text
level =
log_rotate = true
max_days = 7
max_lines = 1000000
max_size_shift = 28
* file_name
* filters
[log.frontend]
api_key =
custom_endpoint =
enabled = false
+ instrumentations_all_enabled = false
instrumentations_console_enabled = false
instrumentations_errors_enabled = true
+ instrumentations_tracing_enabled = false
instrumentations_webvitals_enabled = false
+ internal_logger_level = 0
log_endpoint_burst_limit = 15
log_endpoint_requests_per_second_limit = 3
- provider = sentry
- sample_rate = 1.0
- sentry_dsn =
[log.syslog]
address =
facility =
format = text
level =
network =
tag =
* filters
[metrics]
basic_auth_password =
basic_auth_username =
disable_total_stats = false
enabled = true
interval_seconds = 10
+ total_stats_collector_interval_seconds = 1800
[metrics.environment_info] any
[metrics.graphite]
address =
prefix = prod.grafana.%(instance_name)s.
[smtp]
cert_file =
ehlo_identity =
+ enable_tracing = false
enabled = false
from_address = admin@grafana.localhost
from_name = Grafana
host = localhost:25
key_file =
password =
skip_verify = false
startTLS_policy =
user =
[smtp.static_headers] any
[emails]
content_types = text/html
templates_pattern = emails/*.html, emails/*.txt
welcome_email_on_sign_up = false
[tracing.jaeger]
address =
always_included_tag =
disable_shared_zipkin_spans = false
sampler_param = 1
sampler_type = const
sampling_server_url =
zipkin_propagation = false
[tracing.opentelemetry]
custom_attributes =
+ sampler_param =
+ sampler_type =
+ sampling_server_url =
[tracing.opentelemetry.jaeger]
address =
propagation =
[tracing.opentelemetry.otlp]
address =
+ insecure =
propagation =
`;

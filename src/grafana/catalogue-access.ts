/** Who may do what: logins, users, keys. How to read it: catalogue.ts. */
export const accessSettings = `
[auth]
api_key_max_seconds_to_live = -1
azure_auth_enabled = false
disable_login = false
disable_login_form = false
disable_signout_menu = false
+ id_response_header_enabled = false
+ id_response_header_namespaces = user api-key service-account
+ id_response_header_prefix = X-Grafana
login_cookie_name = grafana_session
login_maximum_inactive_lifetime_duration =
login_maximum_lifetime_duration =
+ managed_service_accounts_enabled = false
+ oauth_allow_insecure_email_lookup = false
oauth_auto_login = false
+ oauth_login_error_message = oauth.login.error
+ oauth_refresh_token_server_lock_min_wait_ms = 1000
- oauth_skip_org_role_update_sync = false
oauth_state_cookie_max_age = 600
signout_redirect_url =
sigv4_auth_enabled = false
sigv4_verbose_logging = false
token_rotation_interval_minutes = 10
* disable_sync_lock
[auth.anonymous]
+ device_limit =
enabled = false
hide_version = false
org_name = Main Org.
org_role = Viewer
[auth.basic]
enabled = true
+ password_policy = false
[auth.jwt]
allow_assign_grafana_admin = false
auto_sign_up = false
cache_ttl = 60m
+ email_attribute_path =
email_claim =
enable_login_token = false
enabled = false
expect_claims = {}
+ groups_attribute_path =
header_name =
jwk_set_file =
jwk_set_url =
key_file =
+ key_id =
+ org_attribute_path =
+ org_mapping =
role_attribute_path =
role_attribute_strict = false
+ skip_org_role_sync = false
+ tls_skip_verify_insecure = false
url_login = false
+ username_attribute_path =
username_claim =
* signout_redirect_url
[auth.ldap]
active_sync_enabled = true
allow_sign_up = true
config_file = /etc/grafana/ldap.toml
enabled = false
skip_org_role_sync = false
sync_cron = 0 1 * * *
[auth.passwordless]
+ code_expiration = 20m
+ enabled = false
[auth.proxy]
auto_sign_up = true
enable_login_token = false
enabled = false
header_name = X-WEBAUTH-USER
header_property = username
headers =
headers_encoded = false
sync_ttl = 60 => 15
whitelist =
[security]
+ actions_allow_post_url =
admin_email = admin@localhost
admin_password = admin
admin_user = admin
allow_embedding = false
angular_support_enabled = true => false
available_encryption_providers =
+ brute_force_login_protection_max_attempts = 5
content_security_policy = false
content_security_policy_report_only = false
content_security_policy_report_only_template = script-src 'self' 'unsafe-eval' 'unsafe-inline' 'strict-dynamic' $NONCE;object-src 'none';font-src 'self';style-src 'self' 'unsafe-inline' blob:;img-src * data:;base-uri 'self';connect-src 'self' grafana.com ws://$ROOT_PATH wss://$ROOT_PATH;manifest-src 'self';media-src 'none';form-action 'self';
content_security_policy_template = script-src 'self' 'unsafe-eval' 'unsafe-inline' 'strict-dynamic' $NONCE;object-src 'none';font-src 'self';style-src 'self' 'unsafe-inline' blob:;img-src * data:;base-uri 'self';connect-src 'self' grafana.com ws://$ROOT_PATH wss://$ROOT_PATH;manifest-src 'self';media-src 'none';form-action 'self';
cookie_samesite = lax
cookie_secure = false
+ csrf_always_check = false
data_source_proxy_whitelist =
disable_brute_force_login_protection = false
disable_gravatar = false
disable_initial_admin_creation = false
+ disable_ip_address_login_protection = true
+ enable_frontend_sandbox_for_plugins =
encryption_provider = secretKey.v1
secret_key = SW2YcwTIb9zpOOhoPsMm
strict_transport_security = false
strict_transport_security_max_age_seconds = 86400
strict_transport_security_preload = false
strict_transport_security_subdomains = false
x_content_type_options = true
x_xss_protection = true
* csrf_trusted_origins
* csrf_additional_headers
[security.encryption]
data_keys_cache_cleanup_interval = 1m
data_keys_cache_ttl = 15m
[users]
allow_org_create = false
allow_sign_up = false
auto_assign_org = true
auto_assign_org_id = 1
auto_assign_org_role = Viewer
default_language = en-US
default_theme = dark
editors_can_admin = false
external_manage_info =
external_manage_link_name =
external_manage_link_url =
hidden_users =
home_page =
+ last_seen_update_interval = 15m
+ login_default_org_id =
login_hint = email or username =>
password_hint = password =>
user_invite_max_lifetime_duration = 24h
+ verification_email_max_lifetime_duration = 1h
verify_email_enabled = false
viewers_can_edit = false
* case_insensitive_login
[secrets_manager]
+ encryption_provider = secret_key.v1
* secret_key
* available_encryption_providers
[secrets_manager.encryption.secret_key.v1]
+ secret_key = SW2YcwTIb9zpOOhoPsMm
[secretscan]
+ base_url = https://secret-scanning.grafana.net
+ enabled = false
+ interval = 5m
+ oncall_url =
+ revoke = true
[service_accounts]
token_expiration_day_limit =
[sso_settings]
+ configurable_providers = github gitlab google generic_oauth azuread okta
+ reload_interval = 1m
[rbac]
permission_cache = true
+ permission_validation_enabled = true
reset_basic_roles = false
[cloud_migration]
+ alert_rules_state = paused
+ create_access_policy_timeout = 5s
+ create_upload_url_timeout = 5s
+ delete_access_policy_timeout = 5s
+ domain = grafana.net
+ fetch_access_policy_timeout = 5s
+ fetch_instance_timeout = 5s
+ frontend_poll_interval = 2s
+ gcom_api_token =
+ get_snapshot_status_timeout = 5s
+ is_target = false
+ report_event_timeout = 5s
+ resource_storage_type = db
+ snapshot_folder =
+ start_snapshot_timeout = 5s
+ validate_key_timeout = 5s
[enterprise]
license_path =
* license_text
* auto_refresh_license
* license_validation_type
[support_bundles]
+ enabled = true
+ public_keys =
+ server_admin_only = true
`;

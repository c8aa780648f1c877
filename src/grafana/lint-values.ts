import { nearest } from '../cluster/nearest.ts';
import { type LintFinding, place, shownValue } from './lint-finding.ts';
import type { LintRule, Sight } from './lint-sight.ts';
import { choices } from './lint-words.ts';

/** Values of the wrong kind: most are taken for the default without a word. The kind is that of the default. */
export const valueRules: readonly LintRule[] = [judgeKinds, judgeChoices];

/** go-ini's parseBool, key.go. */
const boolWords = /^(1|t|T|true|TRUE|True|YES|yes|Yes|y|ON|on|On|0|f|F|false|FALSE|False|NO|no|No|n|OFF|off|Off)$/;
const goDuration = /^[+-]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+)$/;
/** gtime.ParseDuration. */
const dateDuration = /^\d+[dwMy]$/;

/** Numbers in defaults.ini that are read as something else. */
const notWhole = ['server.read_timeout', 'server.socket_mode', 'tracing.jaeger.sampler_param', 'log.frontend.sample_rate', 'rendering.default_image_scale', 'log.frontend.internal_logger_level'];
/** Read by go-ini's MustDuration, which knows no days. */
const withoutDays = ['server.read_timeout', 'auth.jwt.cache_ttl', 'rendering.render_key_lifetime', 'paths.temp_data_lifetime'];
/** Durations whose default is empty. */
const durations = [
  'annotations.api.max_age', 'annotations.dashboard.max_age', 'unified_alerting.state_history.annotations.max_age',
  'auth.login_maximum_inactive_lifetime_duration', 'auth.login_maximum_lifetime_duration', 'server.read_timeout', 'server.certs_watch_interval',
];
/** Whole numbers whose default is empty. */
const numbers = [
  'database.max_open_conn', 'unified_alerting.ha_redis_db', 'users.login_default_org_id', 'grpc_server.max_recv_msg_size', 'grpc_server.max_send_msg_size', 'dashboards.panel_series_limit', 'query.concurrent_query_limit',
  'unified_alerting.alertmanager_max_silences_count', 'unified_alerting.alertmanager_max_silence_size_bytes', 'annotations.api.max_annotations_to_keep', 'annotations.dashboard.max_annotations_to_keep', 'auth.anonymous.device_limit',
];
/** Yes or no whose default is empty. */
const bools = ['unified_alerting.enabled', 'database.log_queries', 'unified_alerting.ha_redis_tls_insecure_skip_verify', 'external_image_storage.s3.path_style_access', 'tracing.opentelemetry.otlp.insecure'];
/** Grafana exits over these (setting_unified_alerting.go; seen on 9.4). */
const fatal = /^unified_alerting\.(enabled|ha_\w+_(timeout|interval)|min_interval|evaluation_timeout|admin_config_poll_interval|alertmanager_config_poll_interval)$/;

type Kind = 'bool' | 'number' | 'duration';

function kindOf(id: string, standing: string): Kind | undefined {
  if (bools.includes(id) || /^(true|false)$/.test(standing)) return 'bool';
  if (durations.includes(id) || (standing !== '0' && (goDuration.test(standing) || dateDuration.test(standing)))) return 'duration';
  return numbers.includes(id) || /^-?\d+$/.test(standing) && !notWhole.includes(id) ? 'number' : undefined;
}

function judgeKinds(sight: Sight): readonly LintFinding[] {
  return every(sight).flatMap(({ section, key, value, line }): readonly LintFinding[] => {
    const id = `${section}.${key}`;
    const standing = sight.catalogue.get(section)?.settings.get(key)?.default ?? '';
    const kind = kindOf(id, standing);
    const problem = kind === undefined ? undefined : problemOf(kind, value, id);
    if (problem === undefined) return [];
    const isFatal = fatal.test(id);
    return [{
      id: `not-a-${kind}`, weight: isFatal ? 'error' : 'warning', ...place(line), section, key,
      found: `${shownValue(section, key, value)}, ${problem.found}: ${isFatal ? 'Grafana does not start' : 'Grafana takes its default'}`,
      expected: problem.expected, hint: `${key} = ${problem.example ?? (standing === '' ? { bool: 'true', number: '10', duration: '30d' }[kind!] : standing)}`,
    }];
  });
}

function problemOf(kind: Kind, value: string, id: string): { readonly found: string; readonly expected: string; readonly example?: string } | undefined {
  switch (kind) {
    case 'bool': return boolWords.test(value) ? undefined : { found: 'which is neither yes nor no', expected: 'true or false', example: 'true' };
    case 'number': return /^[+-]?(0x[\da-f]+|0b[01]+|0o?[0-7]+|\d+)$/i.test(value) ? undefined : { found: 'which is no whole number', expected: 'a number without a unit' };
    case 'duration': {
      if (goDuration.test(value) || (dateDuration.test(value) && !withoutDays.includes(id))) return undefined;
      if (/^\d+$/.test(value)) return { found: 'which has no unit', expected: 'a duration such as 30s, 5m or 24h', example: `${value}s` };
      return { found: 'which is no duration', expected: withoutDays.includes(id) ? 'a duration in hours, minutes or seconds' : 'a duration such as 30s, 5m or 24h' };
    }
  }
}

function judgeChoices(sight: Sight): readonly LintFinding[] {
  return every(sight).flatMap(({ section, key, value, line }): readonly LintFinding[] => {
    const choice = choices[`${section}.${key}`];
    if (choice === undefined) return [];
    const typed = choice.list === true ? value.split(/[\s,]+/).filter((word) => word !== '') : [value];
    const wrong = typed.find((word) => !choice.words.includes(word));
    if (wrong === undefined) return [];
    const meant = wrong === 'postgresql' ? 'postgres' : wrong === 'mariadb' ? 'mysql' : nearest(wrong, choice.words);
    return [{
      id: 'unknown-word', weight: choice.weight, ...place(line), section, key,
      found: `${shownValue(section, key, wrong)}: ${choice.otherwise}`, expected: choice.words.join(', '), hint: `${key} = ${meant ?? choice.words[0]}`,
    }];
  });
}

/** Every value that somebody set and that is known here, file or environment. */
function every(sight: Sight): readonly { readonly section: string; readonly key: string; readonly value: string; readonly line?: number }[] {
  if (!sight.effective.ok) return [];
  return [...sight.effective.config.sections].flatMap(([section, settings]) => [...settings.keys()].flatMap((key) => {
    const seen = sight.see(section, key);
    return seen === undefined || !seen.isSet || seen.value === '' ? [] : [{ section, key, value: seen.value, ...place(seen.line) }];
  }));
}

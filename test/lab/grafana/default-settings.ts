import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version whose settings the stand-in has. */
export const standInVersion = '12.2.0';

/** What deb's sample file says instead of the built-in default. */
const sampleValues: Readonly<Record<string, string>> = {
  'paths.data': '/var/lib/grafana',
  'paths.logs': '/var/log/grafana',
  'paths.plugins': '/var/lib/grafana/plugins',
};

const remarks: Readonly<Record<string, string>> = {
  'DEFAULT.instance_name': 'instance name, defaults to HOSTNAME environment variable value or hostname if HOSTNAME var is empty',
  'server.http_addr': 'The ip address to bind to, empty will bind to all interfaces',
  'server.domain': 'The public facing domain name used to access grafana from a browser',
  'server.root_url': 'The full public facing url you use in browser, used for redirects and emails\n# If you use reverse proxy and sub path specify full url (with sub path)',
  'database.type': 'Either "mysql", "postgres" or "sqlite3", it\'s your choice',
  'database.password': 'If the password contains # or ; you have to wrap it with triple quotes. Ex """#password;"""',
  'database.url': 'Use either URL or the previous fields to configure the database\n# Example: mysql://user:secret@host:port/database',
  'database.ssl_mode': 'For "postgres", use either "disable", "require" or "verify-full"\n# For "mysql", use either "true", "false", or "skip-verify".',
  'security.admin_password': 'default admin password, can be changed before first start of grafana,  or in profile settings',
  'security.secret_key': 'used for signing',
  'unified_alerting.ha_peers': 'Comma-separated list of initial instances (in a format of host:port) that will form the HA cluster. Configuring this setting will enable High Availability mode for alerting.',
  'unified_alerting.ha_advertise_address': 'Explicit IP address and port to advertise other Grafana instances. The port is used for both TCP and UDP.',
};

/** Text of conf/defaults.ini: every setting of the version with its default. */
export function defaultsIni(): string {
  return sections().map(([name, settings]) => `${banner(name)}${settings.map(({ key, value }) => `${key} = ${written(value)}\n`).join('')}`).join('\n');
}

/** Text of the config that the Debian package installs: every setting commented out. */
export function sampleIni(): string {
  const body = sections().map(([name, settings]) => {
    const lines = settings.map(({ key, value }) => {
      const id = `${name}.${key}`;
      const remark = remarks[id] === undefined ? '' : `# ${remarks[id]}\n`;
      return `${remark};${key} = ${written(sampleValues[id] ?? value)}`.trimEnd();
    });
    return `${banner(name)}${lines.join('\n\n')}\n`;
  });
  return `##################### Grafana Configuration Example #####################\n#\n# Everything has defaults so you only need to uncomment things you want to\n# change\n\n${body.join('\n')}`;
}

/** The sample with settings (`section.key`) uncommented and set. */
export function withSettings(sample: string, settings: Readonly<Record<string, string>>): string {
  let section = 'DEFAULT';
  return sample.split('\n').map((line) => {
    section = /^\[(.*)\]$/.exec(line)?.[1] ?? section;
    const key = /^;\s*(\w+)\s*=/.exec(line)?.[1];
    const value = key === undefined ? undefined : settings[`${section}.${key}`];
    return value === undefined ? line : `${key} = ${written(value)}`;
  }).join('\n');
}

type Section = readonly [name: string, settings: readonly { readonly key: string; readonly value: string }[]];

function sections(): readonly Section[] {
  const [, ...rows] = readFileSync(join(import.meta.dirname, 'settings.tsv'), 'utf8').trimEnd().split('\n').map((line) => line.split('\t'));
  const found = new Map<string, { key: string; value: string }[]>();
  for (const [section, key, , value] of rows) {
    if (value === '-') continue;
    found.set(section!, [...(found.get(section!) ?? []), { key: key!, value: JSON.parse(value!) as string }]);
  }
  return [...found];
}

function banner(section: string): string {
  return section === 'DEFAULT' ? '' : `#################################### ${section} ####################################\n[${section}]\n`;
}

function written(value: string): string {
  return /[#;`"\\]|^\s|\s$/.test(value) ? `"""${value}"""` : value;
}

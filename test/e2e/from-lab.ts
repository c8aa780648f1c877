import type { Lab } from '../lab/lab.ts';
import { ask } from './push-lab.ts';

export interface HandMade {
  readonly index: number;
  readonly password: string;
  readonly rootUrl: string;
  readonly rootUrlOf?: (index: number) => string;
  /** Default: PostgreSQL. */
  readonly engine?: 'postgres' | 'mariadb';
}

/** A script that gives a host a config as three different people would write it. */
export function handMade(lab: Lab, { index, password, rootUrl, rootUrlOf = () => rootUrl, engine = 'postgres' }: HandMade): string {
  const { type, host: databaseAddress, port, tls } = lab[engine]!;
  const [host, mode] = type === 'mysql' ? ['db.lab', 'true'] : [databaseAddress, 'verify-full'];
  const usualPort = type === 'mysql' ? 3306 : 5432;
  const more = type === 'mysql' ? ['server_cert_name = db.lab'] : [];
  const addresses = lab.hosts.map(({ address }) => address);
  const own = addresses[index]!;
  const url = rootUrlOf(index);
  const peers = addresses.map((address) => `${address}:9094`);
  const configs = [
    ['; the first one', '[server]', `root_url = "${url}"`, 'domain = grafana.example.com', '[database]', `type = ${type}`, `host = ${host}:${port}`, 'name = grafana', 'user = grafana', `password = """${password}"""`,
      ...more, `ssl_mode = ${mode}`, 'ca_cert_path = /etc/ssl/lab-ca.pem', '[security]', 'secret_key = made-by-hand', '[unified_alerting]', 'enabled = true', 'ha_listen_address = 0.0.0.0:9094', `ha_advertise_address = ${own}:9094`, `ha_peers = ${peers.join(',')}`],
    ['[unified_alerting]', `ha_peers=${[...peers].reverse().filter((peer) => !peer.startsWith(`${own}:`)).join(', ')}`, `ha_advertise_address=${own}:9094`, 'ha_listen_address=":9094"', '', '[security]', 'secret_key=`made-by-hand`', '# the database', '[database]',
      'user=`grafana`', 'name="grafana"', 'ca_cert_path=/etc/ssl/lab-ca.pem', ...more, `ssl_mode="${mode}"`, 'password=$__file{/etc/grafana/db-password}', `host="${host}:${port}"`, `type=${type}`, '', '[server]', `root_url=${url.replace(/\/$/, '')}`],
    ['[database]', 'password : """somebody else"""', ...more, `type\t=\t${type}`, `host = ${host}${port === usualPort ? '' : `:${port}`}`, 'name = grafana', 'user = grafana', `ssl_mode = ${mode}`, 'ca_cert_path = /etc/ssl/lab-ca.pem', `password = \`${password}\``,
      '[server]', 'protocol = http', 'domain = grafana.example.com', `root_url = ${url.replace('grafana.example.com', '%(domain)s')}`, '[unified_alerting]', `ha_listen_address = ${own}:9094`, `ha_peers = ${peers.join(',')}`],
  ];
  // The third has its key in the environment, as containers and packages do.
  return `cat > /etc/grafana/grafana.ini <<'END'
${configs[index]!.join('\n')}
END
printf '%s\\n' '${password}' > /etc/grafana/db-password
chown root:grafana /etc/grafana/db-password
cat > /etc/ssl/lab-ca.pem <<'END'
${tls.ca}END
${index === 2 ? "echo 'GF_SECURITY_SECRET_KEY=made-by-hand' >> /etc/default/grafana-server" : ':'}`;
}

/** Every byte, owner and mode under /etc and Grafana's data, and which units run since when, on every host. */
export function snapshot(lab: Lab): Promise<readonly string[]> {
  return Promise.all(lab.hosts.map((host) => ask(host, `find /etc /var/lib/grafana -type f -exec sha256sum {} + | LC_ALL=C sort
find /etc /var/lib/grafana /var/lib/grafana-ha -printf '%p %m %u %g %s %T@\\n' 2>/dev/null | LC_ALL=C sort
systemctl show -p Id,ActiveState,MainPID,NRestarts,ActiveEnterTimestampMonotonic grafana-server ssh systemd-journald dbus`)));
}

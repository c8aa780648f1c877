/** /lib/systemd/system/grafana-server.service as the Debian package ships it. */
export const unitFile = `[Unit]
Description=Grafana instance
Documentation=http://docs.grafana.org
Wants=network-online.target
After=network-online.target
After=postgresql.service mariadb.service mysql.service influxdb.service

[Service]
EnvironmentFile=/etc/default/grafana-server
User=grafana
Group=grafana
Type=simple
Restart=on-failure
WorkingDirectory=/usr/share/grafana
RuntimeDirectory=grafana
RuntimeDirectoryMode=0750
ExecStart=/usr/share/grafana/bin/grafana server                                     \\
                            --config=\${CONF_FILE}                                   \\
                            --pidfile=\${PID_FILE_DIR}/grafana-server.pid            \\
                            --packaging=deb                                         \\
                            cfg:default.paths.logs=\${LOG_DIR}                       \\
                            cfg:default.paths.data=\${DATA_DIR}                      \\
                            cfg:default.paths.plugins=\${PLUGINS_DIR}                \\
                            cfg:default.paths.provisioning=\${PROVISIONING_CFG_DIR}

LimitNOFILE=10000
TimeoutStopSec=20
CapabilityBoundingSet=
DeviceAllow=
LockPersonality=true
MemoryDenyWriteExecute=false
NoNewPrivileges=true
PrivateDevices=true
PrivateTmp=true
ProtectClock=true
ProtectControlGroups=true
ProtectHome=true
ProtectHostname=true
ProtectKernelLogs=true
ProtectKernelModules=true
ProtectKernelTunables=true
ProtectProc=invisible
ProtectSystem=full
RemoveIPC=true
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
SystemCallArchitectures=native
UMask=0027

[Install]
WantedBy=multi-user.target
`;

/** /etc/default/grafana-server as the Debian package ships it. */
export const environmentFile = `GRAFANA_USER=grafana

GRAFANA_GROUP=grafana

GRAFANA_HOME=/usr/share/grafana

LOG_DIR=/var/log/grafana

DATA_DIR=/var/lib/grafana

MAX_OPEN_FILES=10000

CONF_DIR=/etc/grafana

CONF_FILE=/etc/grafana/grafana.ini

RESTART_ON_UPGRADE=true

PLUGINS_DIR=/var/lib/grafana/plugins

PROVISIONING_CFG_DIR=/etc/grafana/provisioning

# Only used on systemd systems
PID_FILE_DIR=/run/grafana
`;

/** /usr/sbin/grafana-server, for sh. */
export const serverWrapper = `#!/bin/sh
GRAFANA_HOME="\${GRAFANA_HOME:-/usr/share/grafana}"
EXECUTABLE="$GRAFANA_HOME/bin/grafana"
if [ ! -x "$EXECUTABLE" ]; then
  echo "$EXECUTABLE not installed or not executable"
  exit 5
fi
exec "$EXECUTABLE" server "$@"
`;

/** What dpkg notes about the installed package. */
export function packageStatus(version: string): string {
  return `Package: grafana
Status: install ok installed
Priority: extra
Section: default
Installed-Size: 1000
Maintainer: contact@grafana.com
Architecture: amd64
Version: ${version}
Description: Grafana, put here by a test lab

`;
}

/** The cluster file of the documentation. */
export const example = `; grafana-ha cluster file. Safe to commit: it holds no secret.
[cluster]
name = prod
root_url = https://grafana.example.com/

[database]
type = postgres
host = db.example.com:5432
name = grafana
user = grafana
; env:NAME, file:PATH (relative to this file), command:WORDS (no shell), nodes, or ask
password = nodes
ssl_mode = verify-full
ca_cert = certs/rds.pem

[security]
; nodes: read from the nodes that have it; made new only for an empty database
secret_key = nodes

[nodes]
; NAME = what you type after ssh
grafana-1 = ops@10.0.0.11
grafana-2 = ops@10.0.0.12

[node.grafana-2]
gossip_address = 192.168.7.12:9094

[ignore]
; CHECK = why (until DATE)
node.config-manager = Ansible run is off this week (until 2027-01-31)
`;

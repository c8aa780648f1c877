import { createSocket } from 'node:dgram';
import { createServer, isIP } from 'node:net';
import { log } from './log.ts';
import { answerToPing } from './ping.ts';
import { systemWords } from './settings.ts';
import type { Settings } from './settings.ts';

/** Opens what Grafana's Alertmanager listens on, when peers are set, and answers pings; gossips with nobody. Rejects in Grafana's words; resolves to what closes it. */
export async function listenForGossip(settings: Settings): Promise<() => void> {
  const get = (key: string) => settings.get('unified_alerting', key);
  for (const key of ['ha_peer_timeout', 'ha_gossip_interval', 'ha_push_pull_interval', 'ha_reconnect_timeout']) {
    if (/^\d+$/.test(get(key))) throw new Error(`time: missing unit in duration ${JSON.stringify(get(key))}`);
  }
  if (get('ha_peers') === '') return () => {};
  const failed = (words: string) => new Error(`unable to initialize gossip mesh: ${words}`);
  for (const peer of get('ha_peers').split(',').map((text) => text.trim())) {
    if (!peer.includes(':')) throw failed(`resolve peers: split host/port for peer ${peer}: ${peer === '' ? '' : `address ${peer}: `}missing port in address`);
  }
  const advertise = hostOf(get('ha_advertise_address'));
  if (advertise !== '' && isIP(advertise) === 0) {
    log('ngalert.multiorg.alertmanager', 'warn', '', { component: 'clustering', err: `couldn't deduce an advertise address: failed to parse advertise addr '${advertise}'` });
    throw failed(`create memberlist: Failed to get final advertise address: Failed to parse advertise address ${JSON.stringify(advertise)}`);
  }
  const host = hostOf(get('ha_listen_address')) || '0.0.0.0';
  const port = Number(get('ha_listen_address').split(':').at(-1));
  const transport = (protocol: 'TCP' | 'UDP', error: NodeJS.ErrnoException) =>
    failed(`create memberlist: Could not set up network transport: failed to obtain an address: Failed to start ${protocol} listener on ${JSON.stringify(host)} port ${port}: listen ${protocol.toLowerCase()} ${host}:${port}: bind: ${systemWords(error.code ?? '')}`);

  const tcp = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => tcp.once('error', (error) => reject(transport('TCP', error))).listen(port, host, resolve));
  const udp = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => udp.once('error', (error) => reject(transport('UDP', error))).bind(port, host, resolve));
  udp.on('message', (packet, { address, port: from }) => {
    const answer = answerToPing(packet, get('ha_label'));
    if (answer !== undefined) udp.send(answer, from, address);
  });
  return () => { tcp.close(); udp.close(); };
}

function hostOf(address: string): string {
  return address.slice(0, Math.max(0, address.lastIndexOf(':'))).replace(/^\[|\]$/g, '');
}

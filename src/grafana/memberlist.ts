/*
The packets of hashicorp/memberlist by which Grafana's Alertmanagers ping each other (memberlist net.go, label.go), as far as
asking "are you there" needs them. An empty node name is meant for whoever gets it; nothing is logged and nothing changes there.
*/
const ping = 0x00;
const ack = 0x02;
const compound = 0x07;
const compressed = 0x09;
const crc = 0x0c;
const hasLabel = 0xf4;

/** A ping that any node with this label answers, and no other; `sequence` is a number below 65536. */
export function pingPacket(sequence: number, label: string): Uint8Array {
  const text = (word: string): readonly number[] => [0xa0 + word.length, ...Buffer.from(word)];
  const body = [ping, 0x82, ...text('SeqNo'), 0xcd, sequence >> 8, sequence & 0xff, ...text('Node'), 0xa0];
  const name = Buffer.from(label);
  return Uint8Array.from(label === '' ? body : [hasLabel, name.length, ...name, ...body]);
}

/** Whether a packet is the answer to a ping, under whatever label. A node that has news sends them along, in one packet that may be compressed. */
export function isAck(packet: Uint8Array): boolean {
  const labelled = packet[0] === hasLabel ? packet.subarray(2 + (packet[1] ?? 0)) : packet;
  const body = Buffer.from(labelled[0] === crc ? labelled.subarray(5) : labelled);
  switch (body[0]) {
    case ack: case compound: return body.includes('SeqNo');
    case compressed: return body.includes('Algo');
    default: return false;
  }
}

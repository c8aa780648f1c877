/** Answers a ping as hashicorp/memberlist does: under the same label alone, whoever asks. Undefined: it stays silent. */
export function answerToPing(packet: Buffer, label: string): Buffer | undefined {
  const front = label === '' ? Buffer.alloc(0) : Buffer.concat([Buffer.of(0xf4, Buffer.byteLength(label)), Buffer.from(label)]);
  if (!packet.subarray(0, front.length).equals(front)) return undefined;
  const body = packet.subarray(front.length);
  const [start, end] = [body.indexOf('SeqNo') + 5, body.lastIndexOf('\xa4Node', undefined, 'latin1')];
  if (body[0] !== 0x00 || start < 5 || end < start) return undefined;
  return Buffer.concat([front, Buffer.from('\x02\x82\xa7Payload\xa0\xa5SeqNo', 'latin1'), body.subarray(start, end)]);
}

import { formatAddress, parseAddress, parsePort } from '../cluster/address.ts';
import type { Address } from '../cluster/cluster.ts';
import { classifyIp, isIp } from '../cluster/ip.ts';
import { accepted, refused, type Parsed } from '../cluster/parsed.ts';
import { gossipAddresses } from '../settings/gossip-addresses.ts';
import type { Question, TextQuestion } from './ask.ts';
import type { InitFlags } from './flags.ts';
import { makeNodes } from './make-cluster.ts';
import { parsedFlag } from '../cluster/parsed-flag.ts';
import { answered, type Answers, type State } from './state.ts';
import type { Step } from './walk.ts';

type Gossip = ReadonlyMap<string, Address>;

const flag = '--gossip NAME=ADDRESS';

/** Addresses and port at which the nodes reach each other's alerting: as the nodes say, or as typed. */
export function askGossip(flags: InitFlags): Step<State> {
  return {
    id: 'gossip',
    needed: ({ answers: { redis, before } }) => redis === undefined && (before?.alerting.mode ?? 'gossip') === 'gossip',
    take: async (state, ask) => {
      const { answers } = state;
      const names = answers.nodes.map(({ name }) => name);
      const port = flags.gossipPort === undefined ? answers.gossipPort : parsedFlag('--gossip-port', parsePort(flags.gossipPort));
      const parse = (text: string): Parsed<Gossip> => parseGossip(text, names, port);
      const typed = flags.gossip === undefined ? new Map<string, Address>() : parsedFlag('--gossip', parse(flags.gossip.join(' ')));
      const said = ask.again ? new Map([...typed, ...answers.gossip]) : new Map([...onPort(answers, port), ...typed]);
      const known = detect({ ...answers, gossip: said, gossipPort: port }, state);

      if (names.every((name) => known.has(name))) {
        const question: Question = { title: `5 Gossip: ${describe(known)}. OK?`, why: 'Alerting sends each alert once through it, over TCP and UDP.', flag };
        const agreed = await ask.confirm(question, { fallback: true, given: names.every((name) => typed.has(name)) ? true : undefined, kept: answers.before && true });
        if (agreed === undefined) return undefined;
        // What the nodes say needs no line in the cluster file: it is read again at every push.
        if (agreed) return { state: answered(state, { gossip: said, gossipPort: port }) };
      }
      const question: TextQuestion<Gossip> = { title: '  Gossip addresses', why: 'NAME=IP or NAME=IP:PORT for each node.', flag, parse: complete(parse, names), format };
      const all = await ask.text(question, { former: format(known) });
      if (all === undefined) return undefined;
      const ports = new Set([...all.values()].map((address) => address.port));
      return { state: answered(state, { gossip: all, gossipPort: ports.size === 1 ? [...ports][0]! : port }) };
    },
  };
}

/** Addresses on the port that all shared move to the new one with it. */
function onPort({ gossip, gossipPort }: Answers, port: number): Gossip {
  return new Map([...gossip].map(([name, address]) => [name, address.port === gossipPort ? { ...address, port } : address] as const));
}

function detect(answers: Answers, { seen }: State): Gossip {
  const sources = new Map([...seen.nodes].map(([name, { sourceAddresses }]) => [name, sourceAddresses] as const));
  return gossipAddresses({ nodes: makeNodes(answers), alerting: { port: answers.gossipPort } }, sources);
}

/** Parses `NAME=ADDRESS …`; Grafana refuses a host name as its own address, so only IPs are accepted. */
export function parseGossip(text: string, names: readonly string[], port: number): Parsed<Gossip> {
  const gossip = new Map<string, Address>();
  for (const word of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const [, name = '', rest = ''] = /^([^=]*)=(.*)$/.exec(word) ?? [];
    if (!names.includes(name)) return refused(`"${word}" does not begin with the name of a node and =`, `Type NAME=IP; the nodes are ${names.join(', ')}`);
    const address = parseAddress(rest, port);
    if (!address.ok) return address;
    if (!isIp(address.value.host)) return refused(`${address.value.host} is a host name`, 'Type an IP address: Grafana takes no name here');
    if ([...gossip.values()].some((other) => formatAddress(other) === formatAddress(address.value))) return refused(`${rest} is there twice`, 'Each node has its own address');
    gossip.set(name, address.value);
  }
  return accepted(gossip);
}

function complete(parse: (text: string) => Parsed<Gossip>, names: readonly string[]): (text: string) => Parsed<Gossip> {
  return (text) => {
    const gossip = parse(text);
    const missing = gossip.ok ? names.filter((name) => !gossip.value.has(name)) : [];
    return missing.length === 0 ? gossip : refused(`${missing.join(', ')} ${missing.length === 1 ? 'has' : 'have'} no address`, 'Type NAME=IP for each node');
  };
}

function format(gossip: Gossip): string {
  return [...gossip].map(([name, address]) => `${name}=${formatAddress(address)}`).join(' ');
}

/** Such as `10.0.1.11 10.0.1.12, port 9094, private`. */
function describe(gossip: Gossip): string {
  const addresses = [...gossip.values()];
  const ports = [...new Set(addresses.map(({ port }) => port))];
  const reaches = new Set(addresses.map(({ host }) => classifyIp(host)));
  const reach = reaches.has('public') ? 'PUBLIC: gossip has no authentication' : reaches.size === 1 ? [...reaches][0] : 'private';
  if (ports.length > 1) return `${addresses.map(formatAddress).join(' ')}, ${reach}`;
  return `${addresses.map(({ host }) => host).join(' ')}, port ${ports[0]}, ${reach}`;
}

/*
Python and Perl say the same thing twice: one loop that listens, knocks, sends and pings, all at once, and ends by itself.
Argument 1 is the plan, a line each: `L tcp|udp HOST PORT` listens, `T ID HOST PORT WORD` connects and says the word, `U ID HOST PORT WORD`
sends it, both until it is echoed, `P ID HOST PORT HEX` asks for any answer, `E tcp|udp WORD` is a word to expect: no other is heard or echoed; argument 2 is seconds.
They print `way ID …`, `heard PROTOCOL WORD` and `unbound PROTOCOL …`. A word that is refused, or that nobody echoes, is said again: the other side may open later than we do, and until then somebody else's
listener may have the port, such as that of another validate at the same moment. One of `peers-tools.ts` echoes nothing, and may hear one at a time.
*/
export const pythonProgram = `
import binascii, errno, os, select, signal, socket, sys, time
window = float(sys.argv[2])
signal.alarm(int(window) + 2)
doors, guests, ways, heard, expected = {}, {}, [], set(), set()

def make(host, kind):
    made = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET, kind)
    made.setblocking(False)
    return made

for words in [line.split(' ') for line in sys.argv[1].split('\\n') if line]:
    if words[0] == 'E':
        expected.add(words[1] + ' ' + words[2])
    elif words[0] == 'L':
        _, protocol, host, port = words
        door = make(host, socket.SOCK_STREAM if protocol == 'tcp' else socket.SOCK_DGRAM)
        try:
            if protocol == 'tcp': door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind((host, int(port)))
            if protocol == 'tcp': door.listen(128)
            doors[door] = protocol
        except OSError as error:
            print('unbound', protocol, host, port, error.strerror)
    else:
        kind, name, host, port, word = words
        ways.append({'kind': kind, 'name': name, 'at': (host, int(port)), 'word': binascii.unhexlify(word) if kind == 'P' else word.encode(), 'said': 'silent', 'done': False, 'socket': None, 'told': None})

def fail(way, code):
    way['said'] = 'refused' if code == errno.ECONNREFUSED else 'failed ' + os.strerror(code)
    if way['kind'] == 'T':
        way['done'] = way['word'] == b'-'
        drop(way)

def drop(way):
    if way['socket'] is not None: way['socket'].close()
    way['socket'] = way['told'] = None

def knock(way, tick):
    try:
        if way['told'] is not None and tick > way['told'] + 3: drop(way)
        if way['socket'] is None:
            way['socket'] = make(way['at'][0], socket.SOCK_STREAM if way['kind'] == 'T' else socket.SOCK_DGRAM)
            code = way['socket'].connect_ex(way['at'])
            if code not in (0, errno.EINPROGRESS): fail(way, code)
        if way['kind'] == 'U' and tick % 2 == 0 or way['kind'] == 'P' and tick in (0, 3, 8): way['socket'].send(way['word'])
    except OSError as error:
        fail(way, error.errno)

def settle(way, said):
    way['said'], way['done'] = said, True
    drop(way)

def hear(protocol, word):
    said = protocol + ' ' + word.decode('ascii', 'replace')
    if said in expected: heard.add(said)
    return said in expected

def listen(door):
    try:
        if doors.get(door) == 'tcp':
            guest, _ = door.accept()
            guest.setblocking(False)
            guests[guest] = b''
        elif doors.get(door) == 'udp':
            word, sender = door.recvfrom(256)
            if hear('udp', word): door.sendto(word, sender)
        else:
            word = door.recv(256)
            guests[door] += word
            if word == b'' or b'\\n' in guests[door]:
                said = guests.pop(door).strip()
                if hear('tcp', said): door.send(said)
                door.close()
    except OSError:
        if door in guests:
            guests.pop(door)
            door.close()

def answer(way, writable):
    try:
        if writable:
            code = way['socket'].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code != 0: return fail(way, code)
            if way['word'] == b'-': return settle(way, 'open')
            way['socket'].send(way['word'] + b'\\n')
            way['said'], way['told'] = 'open', tick
            return
        word = way['socket'].recv(512)
        if way['kind'] == 'P': settle(way, 'answered ' + binascii.hexlify(word).decode())
        elif word == way['word']: settle(way, 'open')
        elif way['kind'] == 'T': drop(way)
    except OSError as error:
        fail(way, error.errno)

start, tick = time.monotonic(), 0
while time.monotonic() < start + window and not (all(way['done'] for way in ways) and heard == expected):
    for way in ways:
        if not way['done']: knock(way, tick)
    tick += 1
    until = start + tick * 0.1
    while time.monotonic() < until:
        open_ways = [way for way in ways if way['socket'] is not None]
        by = {way['socket']: way for way in open_ways}
        knocking = [way['socket'] for way in open_ways if way['kind'] == 'T' and way['told'] is None]
        reading = list(doors) + list(guests) + [way['socket'] for way in open_ways if way['socket'] not in knocking]
        readable, writable, _ = select.select(reading, knocking, [], max(0, until - time.monotonic()))
        for one in readable + writable:
            if one in by: answer(by[one], one in writable)
            else: listen(one)
        if all(way['done'] for way in ways) and heard == expected: break
for way in ways: print('way', way['name'], way['said'])
for word in heard: print('heard', word)
`;

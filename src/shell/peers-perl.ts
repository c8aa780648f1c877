/** What `pythonProgram` does, in the Perl that Debian's perl-base has: without a clock that is finer than a second, so it counts waits. */
export const perlProgram = `
use strict; use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6); use Fcntl; use Errno qw(EINPROGRESS ECONNREFUSED);
my ($plan, $window) = @ARGV;
alarm($window + 2);
my (@doors, @guests, @ways, %heard, %expected);
my $now = 0;
sub place { my ($host, $port) = @_; $host =~ /:/ ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $host)) : pack_sockaddr_in($port, inet_aton($host)) }
sub make { my ($host, $kind) = @_; socket(my $made, $host =~ /:/ ? AF_INET6 : AF_INET, $kind, 0) or return; fcntl($made, F_SETFL, O_NONBLOCK | fcntl($made, F_GETFL, 0)); $made }
for (grep { length } split /\\n/, $plan) {
  my @words = split / /;
  if ($words[0] eq 'E') { $expected{"$words[1] $words[2]"} = 1 }
  elsif ($words[0] eq 'L') {
    my (undef, $protocol, $host, $port) = @words;
    my $door = make($host, $protocol eq 'tcp' ? SOCK_STREAM : SOCK_DGRAM);
    setsockopt($door, SOL_SOCKET, SO_REUSEADDR, pack('l', 1)) if $protocol eq 'tcp';
    if (bind($door, place($host, $port)) and ($protocol eq 'udp' or listen($door, 128))) { push @doors, { protocol => $protocol, socket => $door } }
    else { print "unbound $protocol $host $port $!\\n" }
  } else {
    my ($kind, $name, $host, $port, $word) = @words;
    push @ways, { kind => $kind, name => $name, host => $host, port => $port, word => $kind eq 'P' ? pack('H*', $word) : $word, said => 'silent', done => 0 };
  }
}
sub fail { my ($way, $code) = @_; $! = $code; $way->{said} = $code == ECONNREFUSED ? 'refused' : "failed $!"; if ($way->{kind} eq 'T') { $way->{done} = $way->{word} eq '-'; drop($way) } }
sub drop { my ($way) = @_; close $way->{socket} if $way->{socket}; delete @$way{'socket', 'told'} }
sub settle { my ($way, $said) = @_; $way->{said} = $said; $way->{done} = 1; drop($way) }
sub knock {
  my ($way, $tick) = @_;
  drop($way) if defined $way->{told} && $tick > $way->{told} + 3;
  if (!$way->{socket}) {
    $way->{socket} = make($way->{host}, $way->{kind} eq 'T' ? SOCK_STREAM : SOCK_DGRAM) or return fail($way, $! + 0);
    if (!connect($way->{socket}, place($way->{host}, $way->{port})) and $! != EINPROGRESS) { return fail($way, $! + 0) }
  }
  if ($way->{kind} eq 'U' && $tick % 2 == 0 or $way->{kind} eq 'P' && ($tick == 0 or $tick == 3 or $tick == 8)) { defined send($way->{socket}, $way->{word}, 0) or fail($way, $! + 0) }
}
sub knocking { my ($way) = @_; $way->{kind} && $way->{kind} eq 'T' && !defined $way->{told} }
sub hear { my ($said) = @_; $heard{$said} = 1 if $expected{$said}; $expected{$said} }
sub ready {
  my ($one) = @_;
  if (!$one->{kind} && !$one->{protocol}) {
    my $read = sysread($one->{socket}, my $word, 256);
    $one->{text} .= $word // '';
    if (!$read or $one->{text} =~ /\\n/) { $one->{text} =~ s/\\s+$//; syswrite($one->{socket}, $one->{text}) if hear("tcp $one->{text}"); close $one->{socket}; @guests = grep { $_ != $one } @guests }
  } elsif (!$one->{kind} && $one->{protocol} eq 'tcp') {
    if (accept(my $guest, $one->{socket})) { push @guests, { socket => $guest, text => '' } }
  } elsif (!$one->{kind}) {
    my $sender = recv($one->{socket}, my $word, 256, 0);
    send($one->{socket}, $word, 0, $sender) if defined $sender and hear("udp $word");
  } elsif (knocking($one)) {
    my $code = unpack('i', getsockopt($one->{socket}, SOL_SOCKET, SO_ERROR));
    return fail($one, $code) if $code;
    return settle($one, 'open') if $one->{word} eq '-';
    syswrite($one->{socket}, "$one->{word}\\n");
    @$one{'said', 'told'} = ('open', $now);
  } else {
    return fail($one, $! + 0) if !defined recv($one->{socket}, my $word, 512, 0);
    if ($one->{kind} eq 'P') { settle($one, 'answered ' . unpack('H*', $word)) } elsif ($word eq $one->{word}) { settle($one, 'open') } elsif ($one->{kind} eq 'T') { drop($one) }
  }
}
sub finished { keys %heard == keys %expected && !grep { !$_->{done} } @ways }
for my $tick (0 .. $window * 10 - 1) {
  last if finished();
  $now = $tick;
  knock($_, $tick) for grep { !$_->{done} } @ways;
  my $left = 0.1;
  while ($left > 0) {
    my @reading = (@doors, @guests, grep { $_->{socket} && !knocking($_) } @ways);
    my @writing = grep { $_->{socket} && knocking($_) } @ways;
    my ($in, $out) = ('', '');
    vec($in, fileno($_->{socket}), 1) = 1 for @reading;
    vec($out, fileno($_->{socket}), 1) = 1 for @writing;
    my ($found, $rest) = select($in, $out, undef, $left);
    last if $found <= 0;
    $left = $rest < $left ? $rest : $left - 0.001;
    my @hit = ((grep { vec($in, fileno($_->{socket}), 1) } @reading), (grep { vec($out, fileno($_->{socket}), 1) } @writing));
    ready($_) for @hit;
    last if finished();
  }
}
print "way $_->{name} $_->{said}\\n" for @ways;
print "heard $_\\n" for keys %heard;
`;

"""Clients that the emulator's server must withstand: not HTTP, nearly HTTP, endless, slow, or gone.

Each case says how it may end. It ends within a time limit, a good signed request on another
connection succeeds afterwards, and the emulator does not grow.
"""

import contextlib
import gzip
import hashlib
import json
import pathlib
import re
import resource
import socket
import ssl
import struct
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

import programs  # noqa: E402
from programs import ACCESS_KEY, MIB, REGION, SECRET_KEY  # noqa: E402

programs.isolate()

from botocore.auth import SigV4Auth  # noqa: E402
from botocore.awsrequest import AWSRequest  # noqa: E402
from botocore.credentials import Credentials  # noqa: E402

# Seconds after which a case must be over, and those that the emulator gives a slow client.
CASE_LIMIT = 30
SHORT = 2
GROWTH_MAX = 64 * MIB
IDLE_CONNECTIONS = 2000


class Answer:
    """An answer of HTTP, checked for what each must have."""

    def __init__(self, head, read_body, method):
        lines = head.decode('latin-1').split('\r\n')
        match = re.fullmatch(r'HTTP/1\.1 (\d{3}) [ -~]*', lines[0])
        assert match, f'no status line: {lines[0]!r}'
        self.status = int(match.group(1))
        self.headers = {}
        for line in lines[1:]:
            name, colon, value = line.partition(': ')
            assert colon and name.lower() not in self.headers, f'a bad header: {line!r}'
            self.headers[name.lower()] = value
        self.body = b''
        if self.status == 100:
            return
        assert re.fullmatch(r'\w{3}, \d{2} \w{3} \d{4} [\d:]{8} GMT', self.headers['date'])
        assert re.fullmatch(r'[\w-]{47}', self.headers['x-amzn-requestid'])
        if self.status != 204:
            length = int(self.headers['content-length'])
            self.body = read_body(length) if method != 'HEAD' else b''
        if self.status >= 400 and self.body:
            error = json.loads(self.body)
            assert error['code'] and error['message'] and error['type'], error
            assert self.body.isascii()

    @property
    def closes(self):
        return self.headers.get('connection') == 'close'


class Connection:
    """A connection to an emulator that takes and gives raw bytes."""

    def __init__(self, emulator, raw=False):
        self.socket = socket.create_connection(('127.0.0.1', emulator.port), timeout=CASE_LIMIT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._tls = emulator.url.startswith('https') and not raw
        if self._tls:
            context = ssl.create_default_context(cafile=emulator.ca_bundle)
            self.socket = context.wrap_socket(self.socket, server_hostname='127.0.0.1')
        self._received = b''

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.socket.close()

    def send(self, data):
        """Sends all; false if the other side has closed before."""
        try:
            self.socket.sendall(data)
            return True
        except TimeoutError:
            raise
        except OSError:
            return False

    def half_close(self):
        try:
            socket.socket.shutdown(self.socket, socket.SHUT_WR)
        except OSError:
            pass

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.socket.close()

    def _receive(self):
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            raise AssertionError(f'neither an answer nor a close within {CASE_LIMIT} s') from None
        except OSError:
            data = b''
        self._received += data
        return bool(data)

    def has_ended(self):
        """Whether something arrives within the socket's limit, or the connection ends."""
        try:
            self._received += self.socket.recv(65536)
        except TimeoutError:
            return False
        except OSError:
            pass
        return True

    def _take(self, size):
        taken, self._received = self._received[:size], self._received[size:]
        return taken

    def _read_body(self, length):
        while len(self._received) < length:
            assert self._receive(), 'the answer is cut off'
        return self._take(length)

    def answer(self, method='GET'):
        """The next answer; None if the connection is closed instead."""
        while b'\r\n\r\n' not in self._received:
            if not self._receive():
                assert not self._received, f'part of an answer: {self._received!r}'
                return None
        head = self._take(self._received.index(b'\r\n\r\n') + 4)
        return Answer(head[:-4], self._read_body, method)

    def is_closed(self):
        """Waits for the end; true if nothing comes before it."""
        while self._receive():
            pass
        return not self._received


def signed(emulator, method, target, body=b'', version='HTTP/1.1', extra=b'', length=None):
    """A request as bytes, with a good signature. `length` takes the place of the body's."""
    url = f'{emulator.url}{target}'
    request = AWSRequest(method, url, data=body, headers={'x-amz-glacier-version': '2012-06-01'})
    SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), 'glacier', REGION).add_auth(request)
    head = f'{method} {target} {version}\r\nHost: 127.0.0.1:{emulator.port}\r\n'
    for name, value in request.headers.items():
        head += f'{name}: {value}\r\n'
    if length is None:
        length = len(body) if body else None
    if length is not None:
        head += f'Content-Length: {length}\r\n'
    return head.encode() + extra + b'\r\n' + body


def upload(emulator, content, vault='attic', length=None, extra=b''):
    """An upload as bytes: head and body, which the emulator would store."""
    target = f'/-/vaults/{vault}/archives'
    headers = {'x-amz-glacier-version': '2012-06-01',
               'x-amz-content-sha256': hashlib.sha256(content).hexdigest(),
               'x-amz-sha256-tree-hash': programs.tree_hash(content)}
    request = AWSRequest('POST', emulator.url + target, data=content, headers=headers)
    SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), 'glacier', REGION).add_auth(request)
    head = f'POST {target} HTTP/1.1\r\nHost: 127.0.0.1:{emulator.port}\r\n'
    for name, value in request.headers.items():
        head += f'{name}: {value}\r\n'
    head += f'Content-Length: {len(content) if length is None else length}\r\n'
    return head.encode() + extra + b'\r\n', content


class Case:
    """Bytes to send, and the statuses with which the emulator may answer them.

    If the request is one that ends the connection, a good request follows in the same bytes: it
    must not be carried out.
    """

    def __init__(self, name, data, allowed, closes=True, method='GET', follow=None):
        self.name = name
        self.data = data
        self.allowed = allowed if isinstance(allowed, set) else {allowed}
        self.closes = closes
        self.method = method
        self.follow = closes if follow is None else follow


def request(first=b'PUT /-/vaults/smuggled HTTP/1.1', lines=b'', body=b''):
    """A request without a signature; `lines` are its headers beside Host."""
    return first + b'\r\nHost: 127.0.0.1\r\n' + lines + b'\r\n' + body


def with_lines(lines, body=b''):
    return lambda emulator: request(lines=lines, body=body)


def with_first(first):
    return lambda emulator: request(first)


def with_json(body, target='/-/vaults/attic/jobs', method='POST', extra=b''):
    return lambda emulator: signed(emulator, method, target, body, extra=extra)


def get(target):
    return lambda emulator: signed(emulator, 'GET', target)


def policy(value):
    rule = b'{"Strategy":"BytesPerHour","BytesPerHour":' + value + b'}'
    return with_json(b'{"Policy":{"Rules":[' + rule + b']}}',
                     '/-/policies/data-retrieval', 'PUT')


HELLO = b'5\r\nhello\r\n0\r\n\r\n'

SMUGGLING = [
    Case('length_and_chunked',
         with_lines(b'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', HELLO), 400),
    Case('chunked_and_length',
         with_lines(b'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', HELLO), 400),
    Case('same_length_twice', with_lines(b'Content-Length: 5\r\nContent-Length: 5\r\n', b'hello'),
         400),
    Case('two_lengths', with_lines(b'Content-Length: 5\r\nContent-Length: 0\r\n', b'hello'), 400),
    Case('length_plus', with_lines(b'Content-Length: +5\r\n', b'hello'), 400),
    Case('length_minus', with_lines(b'Content-Length: -5\r\n', b'hello'), 400),
    Case('length_list', with_lines(b'Content-Length: 5, 5\r\n', b'hello'), 400),
    Case('length_spaces_within', with_lines(b'Content-Length: 5 5\r\n', b'hello'), 400),
    Case('length_hex', with_lines(b'Content-Length: 0x5\r\n', b'hello'), 400),
    Case('length_empty', with_lines(b'Content-Length:\r\n', b'hello'), 400),
    Case('length_2_to_64', with_lines(b'Content-Length: 18446744073709551616\r\n', b'hello'), 400),
    Case('length_2_to_64_and_5', with_lines(b'Content-Length: 18446744073709551621\r\n', b'hello'),
         400),
    Case('length_2_to_63', lambda e: signed(e, 'POST', '/-/vaults/attic/jobs', length=2**63), 400),
    Case('length_2_to_64_minus_1',
         lambda e: signed(e, 'POST', '/-/vaults/attic/jobs', length=2**64 - 1), 400),
    Case('length_after_spaces',
         lambda e: signed(e, 'GET', '/-/vaults', extra=b'Content-Length:    0  \r\n'),
         200, closes=False),
    Case('chunked', with_lines(b'Transfer-Encoding: chunked\r\n', HELLO), 400),
    Case('chunked_upper_case', with_lines(b'TRANSFER-ENCODING: CHUNKED\r\n', HELLO), 400),
    Case('identity', with_lines(b'Transfer-Encoding: identity\r\n', HELLO), 400),
    Case('chunked_twice', with_lines(b'Transfer-Encoding: chunked, chunked\r\n', HELLO), 400),
    Case('xchunked', with_lines(b'Transfer-Encoding: xchunked\r\n', HELLO), 400),
    Case('chunked_with_tabs', with_lines(b'Transfer-Encoding:\tchunked\t\r\n', HELLO), 400),
    Case('chunked_quoted', with_lines(b'Transfer-Encoding: "chunked"\r\n', HELLO), 400),
    Case('chunk_extension',
         with_lines(b'Transfer-Encoding: chunked\r\n', b'5;a=b\r\nhello\r\n0\r\n\r\n'), 400),
    Case('chunk_size_overflow',
         with_lines(b'Transfer-Encoding: chunked\r\n', b'f' * 40 + b'\r\nhello'), 400),
    Case('bare_line_feeds', lambda e: b'GET /-/vaults HTTP/1.1\nHost: 127.0.0.1\n\n', 400),
    Case('bare_line_feed_in_header', with_lines(b'a: b\nContent-Length: 5\r\n', b'hello'), 400),
    Case('bare_carriage_return', with_lines(b'a: b\rContent-Length: 5\r\n', b'hello'), 400),
    Case('folded_header', with_lines(b'a: b\r\n Content-Length: 5\r\n', b'hello'), 400),
    Case('folded_first_header', lambda e: b'GET / HTTP/1.1\r\n Host: 127.0.0.1\r\n\r\n', 400),
    Case('space_before_colon', with_lines(b'Content-Length : 5\r\n', b'hello'), 400),
    Case('tab_before_colon', with_lines(b'Transfer-Encoding\t: chunked\r\n', HELLO), 400),
    Case('name_with_nul', with_lines(b'Content-Length\0: 5\r\n', b'hello'), 400),
    Case('name_with_control', with_lines(b'Transfer-Encoding\x0b: chunked\r\n', HELLO), 400),
    Case('name_with_space', with_lines(b'Content Length: 5\r\n', b'hello'), 400),
    Case('name_with_utf8', with_lines('h\u00f6he: 5\r\n'.encode()), 400),
    Case('value_with_nul', with_lines(b'a: b\0c\r\n'), 400),
    Case('value_with_escape', with_lines(b'a: \x1b[31m\r\n'), 400),
    Case('header_without_colon', with_lines(b'nonsense\r\n'), 400),
    Case('header_without_name', with_lines(b': nonsense\r\n'), 400),
    Case('host_twice', with_lines(b'Host: elsewhere\r\n'), 400),
    Case('no_host', lambda e: b'GET /-/vaults HTTP/1.1\r\n\r\n', 400),
    Case('one_empty_line_before', lambda e: b'\r\n' + signed(e, 'GET', '/-/vaults'), 200,
         closes=False),
    Case('empty_lines_before', lambda e: b'\r\n\r\n' + signed(e, 'GET', '/-/vaults'), 400),
    Case('space_before_request_line', with_first(b' GET /-/vaults HTTP/1.1'), 400),
    Case('two_spaces_in_request_line', with_first(b'GET  /-/vaults HTTP/1.1'), 400),
    Case('tab_in_request_line', with_first(b'GET\t/-/vaults HTTP/1.1'), 400),
    Case('space_after_version', with_first(b'GET /-/vaults HTTP/1.1 '), 400),
]

FLOODS = [
    Case('ten_thousand_headers', with_lines(b''.join(b'h%d: x\r\n' % i for i in range(10_000))),
         431),
    Case('ten_thousand_short_headers', with_lines(b'a:\r\n' * 10_000), 431),
    Case('too_many_headers', with_lines(b'a: b\r\n' * 101), 431),
    Case('header_of_a_mebibyte', with_lines(b'x: ' + b'x' * MIB + b'\r\n'), 431),
    Case('header_line_without_end', lambda e: b'GET / HTTP/1.1\r\nx: ' + b'x' * MIB, 431),
    Case('target_of_64_kib', with_first(b'GET /' + b'x' * 65_536 + b' HTTP/1.1'), 431),
    Case('request_line_without_end', lambda e: b'GET /' + b'x' * MIB, 431),
    Case('method_without_end', lambda e: b'G' * MIB, 400),
    Case('line_feeds', lambda e: b'\n' * MIB, 400),
    Case('line_ends', lambda e: b'\r\n' * MIB, 400),
    Case('nul_bytes', lambda e: bytes(MIB), 400),
    Case('noise', lambda e: bytes(range(256)) * 4096, 400),
]

VERSIONS_AND_METHODS = [
    Case('http_0_9', lambda e: b'GET /-/vaults\r\n', 400),
    Case('http_1_0', lambda e: signed(e, 'GET', '/-/vaults', version='HTTP/1.0'), 200),
    Case('http_1_0_keep_alive',
         lambda e: signed(e, 'GET', '/-/vaults', version='HTTP/1.0',
                          extra=b'Connection: keep-alive\r\n'), 200),
    Case('http_1_2', lambda e: signed(e, 'GET', '/-/vaults', version='HTTP/1.2'), 200,
         closes=False),
    Case('http_1_10', with_first(b'GET /-/vaults HTTP/1.10'), 400),
    Case('http_2_preface', lambda e: b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505),
    Case('http_3', with_first(b'GET /-/vaults HTTP/3.0'), 505),
    Case('version_in_small_letters', with_first(b'GET /-/vaults http/1.1'), 400),
    Case('other_protocol', with_first(b'GET /-/vaults RTSP/1.1'), 400),
    Case('upgrade_to_http_2',
         lambda e: signed(e, 'GET', '/-/vaults',
                          extra=b'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n'
                                b'HTTP2-Settings: \r\n'),
         200, closes=False),
    Case('connection_close',
         lambda e: signed(e, 'GET', '/-/vaults', extra=b'Connection: close\r\n'), 200),
    Case('unknown_method', with_first(b'BREW /-/vaults HTTP/1.1'), 404, closes=False),
    Case('method_in_small_letters', with_first(b'get /-/vaults HTTP/1.1'), 404, closes=False),
    Case('head', with_first(b'HEAD /-/vaults HTTP/1.1'), 404, closes=False, method='HEAD'),
    Case('options', with_first(b'OPTIONS /-/vaults HTTP/1.1'), 404, closes=False),
    Case('options_of_the_server', with_first(b'OPTIONS * HTTP/1.1'), 404, closes=False),
    Case('trace', with_first(b'TRACE /-/vaults HTTP/1.1'), 404, closes=False),
    Case('connect', with_first(b'CONNECT 127.0.0.1:80 HTTP/1.1'), 400),
    Case('expectation_unknown', with_lines(b'Expect: the-unexpected\r\n'), 417),
    Case('expectation_list', with_lines(b'Expect: 100-continue, more\r\n'), 417),
    Case('smtp', lambda e: b'EHLO example.org\r\n', 400),
    Case('ssh', lambda e: b'SSH-2.0-OpenSSH_9.2\r\n', 400),
]

TARGETS = [
    Case('url_as_target',
         lambda e: signed(e, 'GET', '/-/vaults').replace(b'/-/vaults',
                                                         f'{e.url}/-/vaults'.encode(), 1),
         200, closes=False),
    Case('url_of_another_host', with_first(b'GET http://example.org/-/vaults HTTP/1.1'), 400),
    Case('url_of_another_scheme', with_first(b'GET file:///etc/passwd HTTP/1.1'), 400),
    Case('fragment', with_first(b'GET /-/vaults#fragment HTTP/1.1'), 400),
    Case('dot_segments', get('/-/vaults/../vaults'), {403, 404}, closes=False),
    Case('dots_out_of_the_root', get('/../../../../etc/passwd'), 404, closes=False),
    Case('dots_encoded', get('/-/vaults/%2e%2e'), {400, 403, 404}, closes=False),
    Case('slash_encoded', get('/-/vaults/a%2Fb'), {400, 403, 404}, closes=False),
    Case('slashes_doubled', get('//-//vaults'), 404, closes=False),
    Case('slash_after', get('/-/vaults/'), {403, 404}, closes=False),
    Case('root', get('/'), 404, closes=False),
    Case('backslashes', with_first(b'GET /-\\vaults HTTP/1.1'), 404, closes=False),
    Case('nul_encoded', get('/-/vaults/a%00b'), {400, 403, 404}, closes=False),
    Case('line_end_encoded', get('/-/vaults/a%0d%0aSet-Cookie:%20b'), {400, 403, 404},
         closes=False),
    Case('percent_alone', get('/-/vaults/%'), {403, 404}, closes=False),
    Case('percent_with_one_digit', get('/-/vaults/%4'), {403, 404}, closes=False),
    Case('percent_without_digits', get('/-/vaults/%zz'), {403, 404}, closes=False),
    Case('percent_in_query', get('/-/vaults?limit=%'), {403, 404}, closes=False),
    Case('overlong_utf8', get('/-/vaults/%c0%af'), {400, 403, 404}, closes=False),
    Case('surrogates_in_utf8', get('/-/vaults/%ed%a0%80'), {400, 403, 404}, closes=False),
    Case('invalid_utf8', get('/-/vaults/%ff%fe'), {400, 403, 404}, closes=False),
    Case('invalid_utf8_raw', with_first(b'GET /-/vaults/\xff\xfe HTTP/1.1'), 400),
    Case('other_account', get('/999999999999/vaults'), 403, closes=False),
    Case('query_without_value', get('/-/vaults?marker'), {200, 400, 403}, closes=False),
    Case('query_without_name', get('/-/vaults?=1'), {200, 400, 403}, closes=False),
    Case('query_twice', get('/-/vaults?limit=1&limit=2'), {200, 400}, closes=False),
    Case('query_mark_twice', get('/-/vaults?limit=1?limit=2'), {400, 403}, closes=False),
    Case('query_of_marks', with_first(b'GET /-/vaults?' + b'&' * 15_000 + b' HTTP/1.1'),
         {400, 403}, closes=False),
    Case('query_limit_overflow', get('/-/vaults?limit=99999999999999999999'), 200, closes=False),
    Case('query_limit_negative', get('/-/vaults?limit=-1'), 400, closes=False),
]

BODIES = [
    Case('json_of_brackets', with_json(b'[' * 100_000), 400, closes=False),
    Case('json_of_braces', with_json(b'{"a":' * 100_000), 400, closes=False),
    Case('json_deep_and_closed', with_json(b'{"Type":' + b'[' * 50_000 + b']' * 50_000 + b'}'), 400,
         closes=False),
    Case('json_of_half_a_mebibyte', with_json(b'{"Type":"' + b'x' * (MIB // 2) + b'"}'), 400,
         closes=False),
    Case('json_of_a_mebibyte_and_a_bit', with_json(b'{"Type":"' + b'x' * MIB + b'"}'), 400),
    Case('json_of_many_members',
         with_json(b'{' + b','.join(b'"%x":1' % i for i in range(80_000)) + b'}'), 400,
         closes=False),
    Case('json_key_twice',
         with_json(b'{"Tags":{"a":"b","a":"c"}}', '/-/vaults/attic/tags?operation=add'),
         {204, 400}, closes=False),
    Case('json_type_of_number', with_json(b'{"Type":1}'), 400, closes=False),
    Case('json_array', with_json(b'[]'), 400, closes=False),
    Case('json_null', with_json(b'null'), 400, closes=False),
    Case('json_number_beyond_double', policy(b'1e999'), 400, closes=False),
    Case('json_number_beyond_64_bits', policy(b'9' * 1000), 400, closes=False),
    Case('json_number_with_fraction', policy(b'1.5'), 400, closes=False),
    Case('json_number_not_a_number', policy(b'NaN'), 400, closes=False),
    Case('json_invalid_utf8', with_json(b'{"Type":"\xff\xfe"}'), 400, closes=False),
    Case('json_overlong_utf8', with_json(b'{"Type":"\xc0\xaf"}'), 400, closes=False),
    Case('json_lone_surrogate', with_json(rb'{"Type":"\ud800"}'), 400, closes=False),
    Case('json_nul', with_json(b'{"Type":"\0"}'), 400, closes=False),
    Case('json_byte_order_mark', with_json(b'\xef\xbb\xbf{"Type":"inventory-retrieval"}'), 400,
         closes=False),
    Case('json_utf16', with_json('{"Type":"inventory-retrieval"}'.encode('utf-16')), 400,
         closes=False),
    Case('json_trailing_garbage', with_json(b'{"Type":"inventory-retrieval"}}'), 400, closes=False),
    Case('json_twice', with_json(b'{"Type":"inventory-retrieval"}' * 2), 400, closes=False),
    Case('json_comment', with_json(b'{"Type":"inventory-retrieval"/**/}'), 400, closes=False),
    Case('json_missing', with_json(b''), 400, closes=False),
    Case('json_in_gzip', with_json(gzip.compress(b'{"Type":"inventory-retrieval"}'),
                                   extra=b'Content-Encoding: gzip\r\n'), 400, closes=False),
    Case('body_of_get', lambda e: signed(e, 'GET', '/-/vaults', b'hello'), {200, 400},
         closes=False),
    Case('body_longer_than_declared',
         lambda e: signed(e, 'GET', '/-/vaults',
                          length=0) + b'\x00\x01\x02 nonsense\r\n\r\n', 200, closes=False),
    Case('upload_of_4_gib_and_one', lambda e: upload(e, b'x', length=2**32 + 1)[0], 400),
    Case('upload_of_2_to_63', lambda e: upload(e, b'x', length=2**63)[0], 400),
    Case('upload_of_nothing', lambda e: b''.join(upload(e, b'')), 400, closes=False),
    Case('upload_without_length', lambda e: signed(e, 'POST', '/-/vaults/attic/archives'), 400,
         closes=False),
    Case('upload_into_no_vault',
         lambda e: upload(e, b'x', 'nowhere', length=2**30)[0] + bytes(8 * MIB), 404),
    Case('upload_with_other_bytes', lambda e: upload(e, b'hello')[0] + b'jello', {400, 403},
         closes=False),
]

TABLE = [*SMUGGLING, *FLOODS, *VERSIONS_AND_METHODS, *TARGETS, *BODIES]


class HostileTest(programs.ProgramTest):
    """One emulator for each protocol serves all cases; the limits of time are short."""

    cases = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        raise_file_limit()
        options = ['--head-time-max', SHORT, '--body-stall-max', SHORT, '--idle-time-max',
                   4 * SHORT,
                   '--connections-max', '200', '--inventory-period', '0']
        cls.emulators = [cls.start_emulator(*options), cls.start_emulator('--tls', *options)]
        cls.idle_size = {}
        for emulator in cls.emulators:
            for name in ('attic', 'cellar'):
                with Connection(emulator) as connection:
                    connection.send(signed(emulator, 'PUT', f'/-/vaults/{name}'))
                    assert connection.answer().status == 201
            cls.idle_size[emulator] = memory(emulator, 'VmRSS')

    @classmethod
    def tearDownClass(cls):
        """Checks what must hold after all cases."""
        print(f'{HostileTest.cases} cases', file=sys.stderr)
        try:
            for emulator in cls.emulators:
                print(f'{emulator.url.split(":")[0]}: idle {cls.idle_size[emulator] // 1024} KiB, '
                      f'most {memory(emulator, "VmHWM") // 1024} KiB', file=sys.stderr)
                assert emulator.stop() == 0, emulator.log_text(20)
                log = after_the_start(emulator)
                assert SECRET_KEY not in log
                assert re.fullmatch(r'[ -~\n]*', log), 'the log is not printable'
                assert 'runtime error' not in log, log
        finally:
            super().tearDownClass()

    def check_good_request(self, emulator):
        with Connection(emulator) as connection:
            connection.send(signed(emulator, 'GET', '/-/vaults'))
            answer = connection.answer()
            self.assertEqual(200, answer and answer.status)
            names = [vault['VaultName'] for vault in json.loads(answer.body)['VaultList']]
            if 'smuggled' in names:
                # So that the next case is judged by itself.
                connection.send(signed(emulator, 'DELETE', '/-/vaults/smuggled'))
                connection.answer()
            self.assertEqual(['attic', 'cellar'], names, 'something was smuggled in')

    def check_after(self, emulator, began):
        HostileTest.cases += 1
        self.assertLess(time.monotonic() - began, CASE_LIMIT)
        self.check_good_request(emulator)
        check_memory(self, emulator, self.idle_size[emulator])

    @contextlib.contextmanager
    def case(self, name, emulator):
        """A case of that name: what happens within it, and what must hold after it."""
        with self.subTest(name, url=emulator.url):
            began = time.monotonic()
            yield
            self.check_after(emulator, began)

    def carry_out(self, case, emulator):
        with Connection(emulator) as connection:
            data = case.data(emulator)
            if case.follow:
                data += signed(emulator, 'PUT', '/-/vaults/smuggled')
            connection.send(data)
            answer = connection.answer(case.method)
            self.assertIsNotNone(answer, 'closed without an answer')
            self.assertIn(answer.status, case.allowed, answer.body)
            self.assertEqual(case.closes, answer.closes)
            if case.closes:
                self.assertTrue(connection.is_closed(), 'something came after the refusal')

    def run_table(self, table):
        for case in table:
            for emulator in self.emulators:
                with self.case(case.name, emulator):
                    self.carry_out(case, emulator)

    def test_smuggling(self):
        self.run_table(SMUGGLING)

    def test_floods(self):
        self.run_table(FLOODS)

    def test_versions_and_methods(self):
        self.run_table(VERSIONS_AND_METHODS)

    def test_targets(self):
        self.run_table(TARGETS)

    def test_bodies(self):
        self.run_table(BODIES)

    def test_names_of_cases_differ(self):
        self.assertEqual(len(TABLE), len({case.name for case in TABLE}))

    # Slow clients: one byte in each interval, or none.

    def drip(self, connection, data):
        """Sends single bytes until the emulator answers or closes, and returns the answer."""
        connection.socket.settimeout(0.05)
        for byte in data:
            if not connection.send(bytes([byte])):
                break
            if connection.has_ended():
                break
        connection.socket.settimeout(CASE_LIMIT)
        return connection.answer()

    def test_slow_head(self):
        for emulator in self.emulators:
            with self.case('slow_head', emulator):
                with Connection(emulator) as connection:
                    answer = self.drip(connection, b'GET /-/vaults HTTP/1.1\r\nx: ' + b'x' * 1000)
                    self.assertEqual(408, answer and answer.status)
                    self.assertTrue(answer.closes and connection.is_closed())

    def test_slow_body(self):
        for emulator in self.emulators:
            with self.case('slow_body', emulator):
                with Connection(emulator) as connection:
                    head, content = upload(emulator, b'x' * 1000)
                    connection.send(head)
                    answer = self.drip(connection, content)
                    self.assertEqual(408, answer and answer.status)
                    self.assertTrue(answer.closes and connection.is_closed())

    def test_stalled_head(self):
        for emulator in self.emulators:
            with self.case('stalled_head', emulator):
                with Connection(emulator) as connection:
                    connection.send(b'GET /-/vaults HTTP/1.1\r\nHost')
                    self.assertEqual(408, connection.answer().status)
                    self.assertTrue(connection.is_closed())

    def test_stalled_json(self):
        for emulator in self.emulators:
            with self.case('stalled_json', emulator):
                with Connection(emulator) as connection:
                    connection.send(signed(emulator, 'POST', '/-/vaults/attic/jobs',
                                           length=5) + b'{')
                    self.assertEqual(408, connection.answer().status)
                    self.assertTrue(connection.is_closed())

    def test_silent_connection(self):
        for emulator in self.emulators:
            with self.case('silent_connection', emulator):
                with Connection(emulator) as connection:
                    self.assertTrue(connection.is_closed())

    def test_silent_after_a_request(self):
        for emulator in self.emulators:
            with self.case('silent_after_a_request', emulator):
                with Connection(emulator) as connection:
                    connection.send(signed(emulator, 'GET', '/-/vaults'))
                    self.assertEqual(200, connection.answer().status)
                    self.assertTrue(connection.is_closed())

    # The wrong protocol.

    def test_tls_handshake_that_stalls(self):
        emulator = self.emulators[1]
        with self.case('tls_handshake_that_stalls', emulator):
            with Connection(emulator, raw=True) as silent, Connection(emulator, raw=True) as half:
                half.send(client_hello()[:40])
                self.assertTrue(silent.is_closed())
                half.is_closed()

    def test_plain_http_on_the_tls_port(self):
        emulator = self.emulators[1]
        def speak_plainly():
            with Connection(emulator, raw=True) as connection:
                connection.send(request())
                connection.is_closed()

        def is_logged():
            # Only ten errors a second have a line, and other cases make many.
            speak_plainly()
            return 'TLS handshake failed' in emulator.log_text()

        with self.case('plain_http_on_the_tls_port', emulator):
            speak_plainly()
        programs.wait_until(is_logged, 'a line in the log')

    def test_noise_on_the_tls_port(self):
        emulator = self.emulators[1]
        noises = {'nul_bytes_as_tls': bytes(100_000),
                  'hello_too_long': b'\x16\x03\x01\xff\xff' + bytes(100_000),
                  'hundred_hellos': client_hello() * 100}
        for name, noise in noises.items():
            with self.case(name, emulator):
                with Connection(emulator, raw=True) as connection:
                    connection.send(noise)
                    connection.is_closed()

    def test_tls_hello_on_the_plain_port(self):
        emulator = self.emulators[0]
        with self.case('tls_hello_on_the_plain_port', emulator):
            with Connection(emulator) as connection:
                connection.send(client_hello())
                answer = connection.answer()
                self.assertEqual(400, answer.status)
                self.assertIn(b'it is TLS', answer.body)
                self.assertTrue(connection.is_closed())

    # Clients that go away, or do not wait.

    def test_permission_to_send(self):
        for emulator in self.emulators:
            with self.case('expectation_100_continue', emulator):
                with Connection(emulator) as connection:
                    head, content = upload(emulator, b'hello', extra=b'Expect: 100-continue\r\n')
                    connection.send(head)
                    self.assertEqual(100, connection.answer().status)
                    connection.send(content)
                    self.assertEqual(201, connection.answer().status)

    def test_good_requests_at_once(self):
        for emulator in self.emulators:
            with self.case('pipelined_good_ones', emulator):
                with Connection(emulator) as connection:
                    connection.send(b''.join(upload(emulator, bytes(MIB))) +
                                    signed(emulator, 'GET', '/-/vaults') +
                                    signed(emulator, 'GET', '/-/vaults/nowhere'))
                    self.assertEqual([201, 200, 404],
                                     [connection.answer().status for _ in range(3)])

    def test_good_and_bad_requests_at_once(self):
        for emulator in self.emulators:
            with self.case('pipelined_good_bad_good', emulator):
                with Connection(emulator) as connection:
                    connection.send(signed(emulator, 'GET',
                                           '/-/vaults') + request(lines=b'nonsense\r\n') +
                                    signed(emulator, 'PUT', '/-/vaults/smuggled'))
                    self.assertEqual([200, 400], [connection.answer().status for _ in range(2)])
                    self.assertTrue(connection.is_closed())

    def test_a_thousand_requests_at_once(self):
        for emulator in self.emulators:
            with self.case('pipelined_thousand', emulator):
                with Connection(emulator) as connection:
                    connection.send(request(b'GET /nowhere HTTP/1.1') * 1000)
                    for _ in range(1000):
                        self.assertEqual(404, connection.answer().status)

    def test_reset(self):
        for name, cut in (('reset_in_head', 30), ('reset_in_body', -10),
                          ('reset_after_request', None)):
            for emulator in self.emulators:
                with self.case(name, emulator):
                    for _ in range(20):
                        with Connection(emulator) as connection:
                            connection.send(b''.join(upload(emulator, bytes(1000)))[:cut])
                            connection.reset()

    def test_half_close_after_the_request(self):
        emulator = self.emulators[0]
        with self.case('half_close_after_the_request', emulator):
            with Connection(emulator) as connection:
                connection.send(signed(emulator, 'GET', '/-/vaults'))
                connection.half_close()
                self.assertEqual(200, connection.answer().status)
                self.assertTrue(connection.is_closed())

    def test_half_close_within(self):
        for name, cut in (('half_close_in_head', 30), ('half_close_in_body', -1)):
            for emulator in self.emulators:
                with self.case(name, emulator):
                    with Connection(emulator) as connection:
                        connection.send(b''.join(upload(emulator, b'hello'))[:cut])
                        connection.half_close()
                        self.assertTrue(connection.is_closed())

    # Many.

    def test_more_connections_than_allowed(self):
        for emulator in self.emulators:
            with self.case('more_connections_than_allowed', emulator):
                connections = [Connection(emulator, raw=True) for _ in range(500)]
                self.check_good_request(emulator)
                for connection in connections[:200]:
                    self.assertTrue(connection.is_closed())
                for connection in connections:
                    connection.socket.close()

    def test_idle_connections(self):
        emulator = self.start_emulator('--connections-max', IDLE_CONNECTIONS + 100,
                                       '--inventory-period', 0)
        for name in ('attic', 'cellar'):
            with Connection(emulator) as connection:
                connection.send(signed(emulator, 'PUT', f'/-/vaults/{name}'))
                self.assertEqual(201, connection.answer().status)
        idle_size = memory(emulator, 'VmRSS')
        began = time.monotonic()
        connections = [Connection(emulator) for _ in range(IDLE_CONNECTIONS)]
        for number in (0, IDLE_CONNECTIONS // 2, IDLE_CONNECTIONS - 1):
            # Those that were idle still work.
            connections[number].send(signed(emulator, 'GET', '/-/vaults'))
            self.assertEqual(200, connections[number].answer().status)
        self.check_good_request(emulator)
        self.assertLess(time.monotonic() - began, CASE_LIMIT)
        check_memory(self, emulator, idle_size)
        growth = memory(emulator, 'VmRSS') - idle_size
        print(f'{IDLE_CONNECTIONS} idle connections: {growth // 1024} KiB more', file=sys.stderr)
        for connection in connections:
            connection.socket.close()
        HostileTest.cases += 1
        self.assertEqual(0, emulator.stop())

    def test_end(self):
        """An emulator that has seen much ends cleanly, with hostile clients still connected."""
        for emulator in [self.start_emulator(), self.start_emulator('--tls')]:
            with Connection(emulator,
                            raw=True), Connection(emulator) as half, Connection(emulator) as bad:
                half.send(b'GET / HTTP/1.1\r\n')
                bad.send(b'\0')
                self.assertEqual(400, bad.answer().status)
                self.assertEqual(0, emulator.stop())
            log = after_the_start(emulator)
            self.assertNotIn(SECRET_KEY, log)
            self.assertRegex(log, r'connection of 127\.0\.0\.1:\d+: the request was refused: ')
            HostileTest.cases += 1


def after_the_start(emulator):
    """What it printed once it was listening. What it says at the start has the public default secret."""
    log = '\n'.join(emulator.log)
    return log.partition('listening on ')[2]


def client_hello():
    """The first bytes of a client of TLS."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname='localhost')
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def raise_file_limit():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(IDLE_CONNECTIONS + 1000,
                 hard) if hard != resource.RLIM_INFINITY else IDLE_CONNECTIONS + 1000
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def memory(emulator, name):
    """A size from /proc, in bytes."""
    status = pathlib.Path(f'/proc/{emulator.process.pid}/status').read_text()
    return int(re.search(rf'^{name}:\s+(\d+) kB$', status, re.MULTILINE).group(1)) * 1024


def check_memory(test, emulator, idle_size):
    # A sanitizer reserves terabytes, and keeps what is freed.
    if memory(emulator, 'VmPeak') < 2**40:
        test.assertLess(memory(emulator, 'VmHWM') - idle_size, GROWTH_MAX)


if __name__ == '__main__':
    unittest.main()

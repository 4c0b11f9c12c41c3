"""The emulator with more than a thousand connections, and with bodies that are much greater than its memory should be."""

import hashlib
import http.client
import pathlib
import re
import resource
import socket
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

import programs  # noqa: E402
import raw_client  # noqa: E402
from programs import MIB  # noqa: E402

CONNECTIONS = 1_100
BODY = 64 * MIB


# What programs usually start with; the emulator has to raise it, and so has this process.
USUAL_DESCRIPTOR_LIMIT = 1_024


def set_descriptor_limit(soft=None):
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft or most, most), most))


def resident_bytes(emulator):
    status = pathlib.Path(f'/proc/{emulator.process.pid}/status').read_text()
    return int(re.search(r'VmRSS:\s+(\d+) kB', status).group(1)) * 1024


def most_resident_bytes(emulator):
    status = pathlib.Path(f'/proc/{emulator.process.pid}/status').read_text()
    return int(re.search(r'VmHWM:\s+(\d+) kB', status).group(1)) * 1024


class LoadTest(programs.ProgramTest):

    def setUp(self):
        super().setUp()
        set_descriptor_limit(USUAL_DESCRIPTOR_LIMIT)
        self.emulator = self.start_emulator('--job-delay', '0', '--connections-max', 2 * CONNECTIONS)
        set_descriptor_limit()
        self.client = raw_client.Client(self.emulator.port)
        self.addCleanup(self.client.close)
        self.assertEqual(201, self.client.send('PUT', 'vaults/v').status)

    def test_over_a_thousand_idle_connections_and_active_ones(self):
        before = resident_bytes(self.emulator)
        idle = []
        for _ in range(CONNECTIONS):
            connection = socket.create_connection(('127.0.0.1', self.emulator.port), timeout=30)
            self.addCleanup(connection.close)
            idle.append(connection)
        # Each is served once, unsigned, and stays open.
        for connection in idle:
            connection.sendall(b'GET /-/vaults HTTP/1.1\r\nHost: localhost\r\n\r\n')
        for connection in idle:
            response = http.client.HTTPResponse(connection)
            response.begin()
            response.read()
            self.assertGreaterEqual(response.status, 400)
            self.assertFalse(response.will_close)

        failures = []

        def work(number):
            client = raw_client.Client(self.emulator.port)
            try:
                for size in (1, 1_000, MIB + 1):
                    answer = client.send('POST', 'vaults/v/archives', bytes(size),
                                         {'x-amz-sha256-tree-hash': programs.tree_hash(bytes(size))})
                    if answer.status != 201:
                        failures.append((number, answer))
            except raw_client.NoAnswer as error:
                failures.append((number, error))
            finally:
                client.close()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([], failures)

        grown = resident_bytes(self.emulator) - before
        print(f'{CONNECTIONS} connections: {grown / CONNECTIONS / 1024:.0f} KiB each')
        self.assertLess(grown, CONNECTIONS * 64 * 1024)
        # And those that were idle are served again.
        for connection in idle[::100]:
            connection.sendall(b'GET /-/vaults HTTP/1.1\r\nHost: localhost\r\n\r\n')
            self.assertTrue(connection.recv(1).startswith(b'H'))

    def test_memory_does_not_grow_with_bodies(self):
        block = bytes(range(256)) * 4096
        digest = hashlib.sha256()
        for _ in range(BODY // MIB):
            digest.update(block)
        level = [hashlib.sha256(block).digest()] * (BODY // MIB)
        while len(level) > 1:
            level = [hashlib.sha256(level[at] + level[at + 1]).digest() for at in range(0, len(level), 2)]
        before = resident_bytes(self.emulator)
        answer = self.client.send('POST', 'vaults/v/archives', (block for _ in range(BODY // MIB)),
                                  {'content-length': BODY, 'x-amz-sha256-tree-hash': level[0].hex()},
                                  sha256=digest.hexdigest())
        self.assertEqual(201, answer.status)
        self.assertLess(most_resident_bytes(self.emulator) - before, 8 * MIB)

        output = self.client.archive_output('v', answer.headers['x-amz-archive-id'])
        self.assertEqual(200, output.status)
        self.assertEqual(digest.hexdigest(), hashlib.sha256(output.body).hexdigest())
        print(f'body of {BODY // MIB} MiB, there and back: '
              f'{(most_resident_bytes(self.emulator) - before) / MIB:.1f} MiB more')
        self.assertLess(most_resident_bytes(self.emulator) - before, 8 * MIB)


if __name__ == '__main__':
    unittest.main(verbosity=2)

"""The command and the emulator with tinyproxy between them, over HTTPS and over HTTP."""

import pathlib
import shutil
import socket
import subprocess
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

import programs  # noqa: E402

TINYPROXY = shutil.which('tinyproxy', path='/usr/bin:/usr/sbin:/usr/local/bin')
if not TINYPROXY:
    sys.exit('tinyproxy is missing: install it, for instance with ./dev setup')

USER = 'archivist'
PASSWORD = 'open%20sesame'


def authority(emulator):
    """Host and port."""
    return urllib.parse.urlsplit(emulator.url).netloc


class Tinyproxy:
    """A proxy on a port of its own, with its files in a directory."""

    def __init__(self, directory, *directives):
        self.directory = pathlib.Path(directory)
        self.directives = directives
        self.log = self.directory / 'log'
        self.process = None
        self.port = None

    def start(self):
        # The port may be taken by somebody else before the proxy has it.
        for _ in range(5):
            with socket.create_server(('127.0.0.1', 0)) as reserved:
                self.port = reserved.getsockname()[1]
            if self._start_on_port():
                return self
        raise AssertionError('tinyproxy did not start:\n' + self.log.read_text(encoding='utf-8'))

    def _start_on_port(self):
        configuration = self.directory / 'tinyproxy.conf'
        configuration.write_text('\n'.join([
            f'Port {self.port}', 'Listen 127.0.0.1', 'Timeout 60', 'MaxClients 50', 'Allow 127.0.0.1',
            f'LogFile "{self.log}"', 'LogLevel Info', *self.directives, '']), encoding='utf-8')
        self.process = subprocess.Popen([TINYPROXY, '-d', '-c', str(configuration)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.directory)
        end = time.monotonic() + programs.START_LIMIT
        while self.process.poll() is None and time.monotonic() < end:
            try:
                socket.create_connection(('127.0.0.1', self.port), timeout=1).close()
                return True
            except OSError:
                time.sleep(0.02)
        self.stop()
        return False

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def requests(self):
        """The request lines that it was sent."""
        lines = self.log.read_text(encoding='utf-8').splitlines()
        return [line.split('): ', 1)[1] for line in lines if 'Request (file descriptor' in line]


class ProxyTest(programs.ProgramTest):

    emulator_options = ('--job-delay', 0, '--inventory-period', 0)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain_emulator = cls.start_emulator(*cls.emulator_options)

    def start_proxy(self, *directives):
        directory = self.place / f'proxy{len(list(self.place.iterdir()))}'
        directory.mkdir()
        proxy = Tinyproxy(directory, *directives)
        self.addCleanup(proxy.stop)
        return proxy.start()

    def exercise(self, vault, **how):
        """Creates a vault, and stores an archive in two parts."""
        self.create_vault(vault, **how)
        path = programs.make_file(self.place / vault, 2 * programs.MIB, seed=5)
        self.succeed('upload', path, '--vault', vault, **how)

    def test_https_through_the_proxy_of_the_environment(self):
        proxy = self.start_proxy()
        self.exercise('tunnelled', environment={'HTTPS_PROXY': f'http://127.0.0.1:{proxy.port}'})
        requests = proxy.requests()
        self.assertTrue(requests)
        self.assertEqual({f'CONNECT {authority(self.emulator)} HTTP/1.1'}, set(requests))

    def test_https_with_a_password(self):
        proxy = self.start_proxy(f'BasicAuth {USER} opensesame')
        self.exercise('guarded', options={'proxy': f'http://{USER}:open%73esame@127.0.0.1:{proxy.port}'})
        for identity in ('', f'{USER}:wrongsesame@'):
            with self.subTest(identity=identity):
                finished = self.glacier('vault', 'describe', 'guarded', environment={
                    'https_proxy': f'{identity}127.0.0.1:{proxy.port}'})
                self.assert_failure(finished, programs.NOT_REACHED, f'127.0.0.1:{proxy.port}', '40[17]',
                                    'asks for a user name')
                self.assertNotIn('wrongsesame', finished.stderr)

    def test_http_through_the_proxy(self):
        proxy = self.start_proxy()
        self.exercise('plain', emulator=self.plain_emulator,
                      environment={'http_proxy': f'http://127.0.0.1:{proxy.port}'})
        requests = proxy.requests()
        prefix = f'http://{authority(self.plain_emulator)}/-/vaults/plain'
        self.assertIn(f'PUT {prefix} HTTP/1.1', requests)
        self.assertIn(f'POST {prefix}/multipart-uploads HTTP/1.1', requests)

    def test_http_with_a_password(self):
        proxy = self.start_proxy(f'BasicAuth {USER} opensesame')
        self.exercise('plain_guarded', emulator=self.plain_emulator,
                      environment={'ALL_PROXY': f'http://{USER}:opensesame@127.0.0.1:{proxy.port}'})
        finished = self.glacier('vault', 'create', 'other', emulator=self.plain_emulator,
                                environment={'http_proxy': f'127.0.0.1:{proxy.port}'})
        self.assert_failure(finished, programs.NOT_REACHED, '407')

    def test_without_the_proxy(self):
        proxy = self.start_proxy()
        url = f'http://127.0.0.1:{proxy.port}'
        for number, how in enumerate((
                {'environment': {'HTTPS_PROXY': url, 'NO_PROXY': f'example.com,{authority(self.emulator)}'}},
                {'environment': {'HTTPS_PROXY': url, 'no_proxy': '*'}},
                {'environment': {'HTTPS_PROXY': url}, 'options': {'proxy': 'none'}},
                {'environment': {'HTTP_PROXY': url}},
                {'environment': {'HTTP_PROXY': url, 'REQUEST_METHOD': 'GET'}, 'emulator': self.plain_emulator})):
            with self.subTest(**how):
                self.create_vault(f'direct{number}', **how)
        self.assertEqual([], proxy.requests())

    def test_refused_by_the_proxy(self):
        proxy = self.start_proxy('ConnectPort 1')
        finished = self.glacier('vault', 'list', environment={'HTTPS_PROXY': f'127.0.0.1:{proxy.port}'})
        self.assert_failure(finished, programs.NOT_REACHED, f'127.0.0.1:{proxy.port}', '403')

    def test_unusable_proxies(self):
        for url in (f'https://{USER}:{PASSWORD}@127.0.0.1:1', f'socks5://{USER}:{PASSWORD}@127.0.0.1:1'):
            finished = self.glacier('vault', 'list', environment={'HTTPS_PROXY': url})
            self.assert_failure(finished, programs.CONFIGURATION, 'HTTPS_PROXY', 'http://')
            self.assertNotIn('sesame', finished.stderr)


if __name__ == '__main__':
    unittest.main(verbosity=2)

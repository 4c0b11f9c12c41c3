"""What can go wrong for a user of the command: one message with the cause, the right exit code,
nothing under the final name, and no hang."""

import atexit
import functools
import hashlib
import os
import pathlib
import resource
import signal
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

import programs  # noqa: E402
from programs import MIB  # noqa: E402

ARCHIVE_ID = 'a' * 138
NOBODY = 65534


class NothingSentTest(programs.ProgramTest):
    """Failures that are certain before a byte is sent."""

    def setUp(self):
        super().setUp()
        self.server = programs.SilentServer()
        self.addCleanup(self.server.close)
        self.file = programs.make_file(self.place / 'file.bin', 4 * MIB)
        self.output = self.place / 'never'

    def expect(self, exit_code, patterns, *arguments, options=None, **how):
        options = {'endpoint-url': f'https://127.0.0.1:{self.server.port}', **(options or {})}
        with self.subTest(arguments=' '.join(map(str, arguments)), **options):
            finished = self.glacier(*arguments, options=options, **how)
            self.assert_failure(finished, exit_code, *patterns)
            self.assertFalse(self.server.was_contacted(), f'something was sent\n{finished}')
            self.assertFalse(self.output.exists())

    def test_vault_name_with_a_slash(self):
        for arguments in (('vault', 'create', 'a/b'), ('vault', 'describe', 'a/b'),
                          ('vault', 'delete', 'a/b'), ('upload', self.file, '--vault', 'a/b'),
                          ('retrieve', ARCHIVE_ID, '--vault', 'a/b', '--output', self.output),
                          ('job', 'list', '--vault', 'a/b')):
            self.expect(programs.USAGE, ['vault', 'a/b'], *arguments)

    def test_empty_file(self):
        empty = self.place / 'empty.bin'
        empty.touch()
        self.expect(programs.LOCAL_FILE, ['empty', 'empty\\.bin'], 'upload', empty, '--vault', 'v')

    def test_missing_file(self):
        missing = self.place / 'missing.bin'
        patterns = ['missing\\.bin', 'no such file']
        self.expect(programs.LOCAL_FILE, patterns, 'upload', missing, '--vault', 'v')
        self.expect(programs.LOCAL_FILE, patterns, 'treehash', missing)

    def test_directory_instead_of_a_file(self):
        directory = self.place / 'directory'
        directory.mkdir()
        self.expect(programs.LOCAL_FILE, ['directory'], 'upload', directory, '--vault', 'v')

    def test_part_size_that_the_service_does_not_know(self):
        for value in ('0', '1000', 3 * MIB, 8192 * MIB, '-1048576', 'many'):
            self.expect(programs.USAGE, ['part.size'], 'upload', self.file, '--vault', 'v',
                        f'--part-size={value}')

    def test_impossible_concurrency(self):
        for value in ('-1', '0', 'many'):
            self.expect(programs.USAGE, ['concurrency'], 'upload', self.file, '--vault', 'v',
                        f'--concurrency={value}')

    def test_description_that_the_service_does_not_take(self):
        for value in ('d' * 1025, 'two\nlines', 'carriage\rreturn', 'umlaut \u00fc'):
            self.expect(programs.USAGE, ['description'], 'upload', self.file, '--vault', 'v',
                        f'--description={value}')

    def test_tier_that_the_service_does_not_know(self):
        self.expect(programs.USAGE, ['tier'], 'retrieve', ARCHIVE_ID, '--vault', 'v',
                    '--output', self.output, '--tier', 'Overnight')

    def test_wrong_usage(self):
        for arguments in (('nonsense',), ('upload',), ('upload', self.file), ('vault', 'describe'),
                          ('retrieve', ARCHIVE_ID, '--vault', 'v'), ('treehash',),
                          ('vault', 'list', '--no-such-option')):
            self.expect(programs.USAGE, [], *arguments)

    def test_no_credentials(self):
        self.expect(programs.CONFIGURATION, ['credential'], 'vault', 'list', credentials=False)
        self.expect(programs.CONFIGURATION, ['credential|AWS_SECRET_ACCESS_KEY'], 'vault', 'list',
                    credentials=False, environment={'AWS_ACCESS_KEY_ID': programs.ACCESS_KEY})

    def test_no_region(self):
        self.expect(programs.CONFIGURATION, ['region'], 'vault', 'list', options={'region': None})
        self.expect(programs.CONFIGURATION, ['region'], 'vault', 'list',
                    options={'region': None, 'endpoint-url': None})

    def test_profile_that_does_not_exist(self):
        credentials = self.place / 'credentials'
        credentials.write_text(f'[default]\naws_access_key_id = {programs.ACCESS_KEY}\n'
                               f'aws_secret_access_key = {programs.SECRET_KEY}\n')
        variables = {'AWS_SHARED_CREDENTIALS_FILE': credentials}
        self.expect(programs.CONFIGURATION, ['no-such-profile'], 'vault', 'list',
                    credentials=False, options={'profile': 'no-such-profile'},
                    environment=variables)
        self.expect(programs.CONFIGURATION, ['no-such-profile'], 'vault', 'list',
                    credentials=False, environment={**variables, 'AWS_PROFILE': 'no-such-profile'})


class NotReachedTest(programs.ProgramTest):
    """Endpoints that cannot be reached, or that are not what they should be."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.authority = programs.Authority(cls.directory / 'authority')

    def expect(self, patterns, emulator=None, **options):
        finished = self.glacier('vault', 'list', emulator=emulator, options=options)
        self.assert_failure(finished, programs.NOT_REACHED, *patterns)

    def start_with_certificate(self, name, alternative_names, **validity):
        certificate, key = self.authority.issue(name, alternative_names, **validity)
        return self.start_emulator('--tls-cert', certificate, '--tls-key', key)

    def test_port_that_nobody_listens_on(self):
        closed = programs.ClosedPort()
        self.addCleanup(closed.close)
        self.expect([f'127\\.0\\.0\\.1:{closed.port}', 'refused'],
                    **{'endpoint-url': f'https://127.0.0.1:{closed.port}'})

    def test_host_name_that_does_not_resolve(self):
        self.expect(['no-such-host\\.invalid'],
                    **{'endpoint-url': 'https://no-such-host.invalid'})

    def test_certificate_of_the_right_authority_is_accepted(self):
        emulator = self.start_with_certificate('right', 'DNS:localhost,IP:127.0.0.1')
        for host in ('127.0.0.1', 'localhost'):
            self.succeed('vault', 'list', emulator=emulator,
                         options={'ca-bundle': self.authority.certificate,
                                  'endpoint-url': f'https://{host}:{emulator.port}'})

    def test_certificate_of_an_unknown_authority(self):
        emulator = self.start_emulator('--tls')
        self.expect(['certificate', '127\\.0\\.0\\.1'], emulator, **{'ca-bundle': None})
        self.expect(['certificate', '127\\.0\\.0\\.1'], emulator,
                    **{'ca-bundle': self.authority.certificate})

    def test_certificate_for_another_host(self):
        for name, names in (('another_name', 'DNS:vault.example.com'),
                            ('another_address', 'DNS:localhost,IP:127.0.0.2'),
                            ('address_as_name', 'DNS:127.0.0.1')):
            with self.subTest(alternative_names=names):
                emulator = self.start_with_certificate(name, names)
                self.expect(['certificate', '127\\.0\\.0\\.1'], emulator,
                            **{'ca-bundle': self.authority.certificate})

    def test_expired_certificate(self):
        emulator = self.start_with_certificate('expired', 'DNS:localhost,IP:127.0.0.1',
                                               valid_from=-3, valid_until=-1)
        self.expect(['certificate', 'expired', '127\\.0\\.0\\.1'], emulator,
                    **{'ca-bundle': self.authority.certificate})

    def test_http_spoken_to_an_https_port(self):
        emulator = self.start_emulator('--tls')
        self.expect([f'127\\.0\\.0\\.1:{emulator.port}'], emulator,
                    **{'endpoint-url': f'http://127.0.0.1:{emulator.port}'})

    def test_https_spoken_to_an_http_port(self):
        emulator = self.start_emulator()
        self.expect([f'127\\.0\\.0\\.1:{emulator.port}'], emulator,
                    **{'endpoint-url': f'https://127.0.0.1:{emulator.port}'})


class RefusedTest(programs.ProgramTest):
    """Requests that the service refuses."""

    emulator_options = ('--job-delay', 0, '--inventory-period', 0)

    def test_wrong_secret_key(self):
        finished = self.glacier('vault', 'list',
                                environment={'AWS_SECRET_ACCESS_KEY': 'wrong/secret+key'})
        self.assert_failure(finished, programs.REFUSED, 'signature')

    def test_unknown_access_key(self):
        finished = self.glacier('vault', 'list', environment={'AWS_ACCESS_KEY_ID': 'AKIAUNKNOWN'})
        self.assert_failure(finished, programs.REFUSED, 'UnrecognizedClient|token|access key')

    def test_other_account(self):
        finished = self.glacier('vault', 'list', options={'account-id': '999999999999'})
        self.assert_failure(finished, programs.REFUSED, '999999999999|access ?denied')

    def test_unknown_vault(self):
        path = programs.make_file(self.place / 'file.bin', 2 * MIB + 1)
        small = programs.make_file(self.place / 'small.bin', 10)
        output = self.place / 'never'
        for arguments in (
                ('vault', 'describe', 'no-such-vault'),
                ('upload', path, '--vault', 'no-such-vault', '--part-size', MIB),
                ('upload', small, '--vault', 'no-such-vault'),
                ('retrieve', ARCHIVE_ID, '--vault', 'no-such-vault', '--output', output),
                ('job', 'list', '--vault', 'no-such-vault')):
            with self.subTest(arguments=' '.join(map(str, arguments))):
                self.assert_failure(self.glacier(*arguments), programs.REFUSED,
                                    'no-such-vault', 'not found')
                self.assertFalse(output.exists())

    def test_vault_that_is_not_empty(self):
        vault = self.create_vault('not-empty')
        path = programs.make_file(self.place / 'file.bin', 10)
        self.succeed('upload', path, '--vault', vault)
        self.assert_failure(self.glacier('vault', 'delete', vault), programs.REFUSED,
                            'not-empty', 'not empty')


class DownloadTest(programs.ProgramTest):
    """Retrievals that go wrong at the end."""

    emulator_options = ('--job-delay', 0, '--inventory-period', 0)
    size = 3 * MIB + 321

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = programs.make_file(cls.directory / 'source.bin', cls.size, seed=11)

    def setUp(self):
        super().setUp()
        self.vault = self.create_vault(self.id().rsplit('.', 1)[-1])
        self.archive_id = self.succeed('upload', self.source, '--vault', self.vault,
                                       '--part-size', MIB).stdout.strip()

    def retrieve(self, output, **how):
        # What stays as it is need not be asked for again and again.
        return self.glacier('retrieve', '--vault', self.vault, '--output', output,
                            '--', self.archive_id, environment={'AWS_MAX_ATTEMPTS': '1'}, **how)

    def test_archive_damaged_on_the_disk_of_the_service(self):
        # Before anything was sent it is an error; afterwards the answer ends early.
        for part, offset, exit_code, words in (
                ('first', 100_000, programs.REFUSED, 'ServiceUnavailable'),
                ('last', 3 * MIB + 200, programs.NOT_REACHED, 'closed')):
            with self.subTest(part=part):
                path, output = self.upload_to_damage(part, offset)
                damaged = programs.damage_archive(self.emulator.data_dir,
                                                  path.read_bytes()[offset:offset + 64])
                self.assert_failure(self.retrieve(output), exit_code, words)
                self.assertFalse(output.exists())
                self.assertIn(f'of {damaged} from byte 0 on', self.emulator.log_text())

    def test_archive_that_the_service_takes_for_undamaged(self):
        path, output = self.upload_to_damage('forged', 100_000)
        damaged = programs.damage_archive(self.emulator.data_dir,
                                          path.read_bytes()[100_000:100_064])
        with sqlite3.connect(pathlib.Path(self.emulator.data_dir, 'index.sqlite'), timeout=30) as index:
            index.execute('UPDATE content SET leaves = ? WHERE name = ?',
                          (hashlib.sha256(damaged.read_bytes()).digest(), damaged.name))
        index.close()
        self.assert_failure(self.retrieve(output), programs.NOT_VERIFIED, 'tree.hash|checksum')
        self.assertFalse(output.exists())

    def upload_to_damage(self, name, seed):
        path = programs.make_file(self.place / f'{name}.bin', self.size, seed=seed)
        self.archive_id = self.succeed('upload', path, '--vault', self.vault,
                                       '--part-size', MIB).stdout.strip()
        return path, self.place / f'{name}.retrieved'

    def test_file_size_limit(self):
        def limit_file_size():
            # With the signal ignored, a write beyond the limit fails with EFBIG.
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, MIB))

        output = self.place / 'limited'
        self.assert_failure(self.retrieve(output, preexec=limit_file_size),
                            programs.LOCAL_FILE, str(output), 'large|space')
        self.assertFalse(output.exists())

    def test_full_disk(self):
        disk = self.place / 'disk'
        disk.mkdir()
        mounted = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        if mounted.returncode != 0:
            self.skipTest('mounting a small file system is not permitted here')
        unmount = functools.partial(subprocess.run, ['umount', '-l', disk], check=False,
                                    stderr=subprocess.DEVNULL)
        self.addCleanup(unmount)
        atexit.register(unmount)
        output = disk / 'full'
        self.assert_failure(self.retrieve(output), programs.LOCAL_FILE, str(output), 'space')
        self.assertFalse(output.exists())

    def test_directory_of_the_output_missing(self):
        output = self.place / 'missing' / 'output'
        self.assert_failure(self.retrieve(output), programs.LOCAL_FILE, str(output.parent))
        self.assertFalse(output.parent.exists())

    def test_output_is_a_directory(self):
        output = self.place / 'directory'
        output.mkdir()
        self.assert_failure(self.retrieve(output), programs.LOCAL_FILE, str(output))
        self.assertEqual([], list(output.iterdir()))

    def test_output_in_a_place_that_is_not_writable(self):
        place = self.place / 'locked'
        place.mkdir()
        output = place / 'output'
        output.write_text('kept')
        output.chmod(0o444)
        place.chmod(0o555)
        self.addCleanup(place.chmod, 0o755)
        how = {}
        if os.geteuid() == 0:
            # Nothing is read-only for root: run the command as a user without rights.
            how = {'user': NOBODY, 'group': NOBODY, 'extra_groups': []}
            bundle = self.place / 'authority.pem'
            bundle.write_bytes(pathlib.Path(self.emulator.ca_bundle).read_bytes())
            bundle.chmod(0o644)
            how['options'] = {'ca-bundle': bundle}
            try:
                self.glacier('vault', 'list', **how)
            except PermissionError:
                self.skipTest('another user may not run the program here')
        self.assert_failure(self.retrieve(output, **how), programs.LOCAL_FILE, str(output))
        self.assertEqual('kept', output.read_text())
        self.assertEqual([output], list(place.iterdir()))


if __name__ == '__main__':
    unittest.main(verbosity=2)

"""glacier-emulator as a program: its help and the guide, what it prints, its exit codes, its log."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

import programs  # noqa: E402

STARTED_AND_STOPPED = 0
NOT_STARTED = 1
WRONG_USAGE = 2

UNIT = programs.EMULATOR_GUIDE.parent.parent / 'examples/glacier-emulator.service'


def guide():
    return programs.EMULATOR_GUIDE.read_text(encoding='utf-8')


def table(heading):
    """The rows of the first table below a heading."""
    section = guide().split(f'\n{heading}\n', 1)[1]
    lines = section[section.index('\n|') + 1:].split('\n\n', 1)[0].splitlines()
    return [[cell.strip() for cell in line.strip('|').split('|')] for line in lines[2:]]


class EmulatorProgramTest(programs.ProgramTest):

    def run_emulator(self, *arguments, environment=None):
        running = programs.Running([programs.emulator_program(), *arguments],
                                   programs.clean_environment(self.home, environment), self.place)
        self.addCleanup(running.kill)
        return running.finish()

    def test_help_and_guide_have_the_same_options(self):
        finished = self.run_emulator('--help')
        self.assertEqual((0, ''), (finished.exit_code, finished.stderr))
        options = {}
        for line in finished.stdout.split('\nExamples:\n')[0].splitlines():
            match = re.match(r'  (--[a-z0-9-]+)(?: ([A-Z]+)(?=[ =]|$)(?:=(\S+))?)?(?: (REQUIRED))?', line)
            if match and match[1] != '--version':
                name = ' '.join(filter(None, [match[1], match[2]]))
                options[f'`{name}`'] = 'required' if match[4] else f'`{match[3]}`' if match[3] else ''
        self.assertIn('`--data-dir DIR`', options)
        self.assertEqual(options, {row[0]: row[1] for row in table('## Options')})

    def test_help_and_guide_have_the_same_exit_codes(self):
        text = self.run_emulator('--help').stdout
        codes = re.findall(r'^  (\d)  (.*)$', text.split('\nExit codes:\n')[1], re.MULTILINE)
        rows = [tuple(row) for row in table('## Start it') if row[0].isdigit()]
        self.assertEqual(3, len(rows))
        self.assertEqual(rows, codes)

    def test_variables_of_help_and_guide_are_read(self):
        text = self.run_emulator('--help').stdout
        variables = {'GLACIER_EMULATOR_ACCESS_KEY': 'AKIDOWN', 'GLACIER_EMULATOR_SECRET_KEY': 'ownsecret'}
        for name in variables:
            self.assertIn(name, text)
            self.assertIn(f'`{name}`', guide())
        alone = {'GLACIER_EMULATOR_SECRET_KEY': 'ownsecret'}
        finished = self.run_emulator('--data-dir', self.place / 'data', environment=alone)
        self.assertEqual(WRONG_USAGE, finished.exit_code, finished)
        self.assertNotIn('ownsecret', finished.stdout + finished.stderr)

        emulator = programs.Emulator(self.place / 'data', self.home)
        emulator.environment = variables
        self.addCleanup(emulator.kill)
        emulator.start()
        own = {'AWS_ACCESS_KEY_ID': 'AKIDOWN', 'AWS_SECRET_ACCESS_KEY': 'ownsecret'}
        self.succeed('vault', 'list', emulator=emulator, environment=own)
        self.assertEqual(STARTED_AND_STOPPED, emulator.stop())
        self.assertIn('access key id AKIDOWN', emulator.log_text())
        self.assertNotIn('ownsecret', emulator.log_text())

    def test_wrong_usage(self):
        data = ('--data-dir', self.place / 'data')
        for arguments, message in (
                ((), '--data-dir is required'),
                ((*data, '--unknown'), '--unknown'),
                ((*data, '--clock-scale', 0), 'the clock scale is above 0'),
                ((*data, '--clock-scale', 'nan'), 'the clock scale is above 0'),
                ((*data, '--job-delay', -1), '--job-delay'),
                ((*data, '--port', 65536), '--port'),
                ((*data, '--account', '12'), 'an account has 12 digits'),
                ((*data, '--access-key', 'alone'), '--secret-key'),
                ((*data, '--access-key', 'id', '--secret-key', ''), 'must not be empty'),
                ((*data, '--tls', '--tls-cert', 'a', '--tls-key', 'b'), '--tls')):
            with self.subTest(arguments=arguments):
                finished = self.run_emulator(*arguments)
                self.assertEqual((WRONG_USAGE, ''), (finished.exit_code, finished.stdout), finished)
                self.assertIn(message, finished.stderr)
        self.assertFalse((self.place / 'data').exists())

    def test_not_started(self):
        emulator = self.start_emulator()
        (self.place / 'file').touch()
        data = ('--data-dir', self.place / 'data')
        for arguments, message in (
                (('--data-dir', emulator.data_dir), 'in use'),
                (('--data-dir', self.place / 'file'), str(self.place / 'file')),
                ((*data, '--port', emulator.port), str(emulator.port)),
                ((*data, '--log', self.place / 'absent/log'), f'cannot open the log {self.place}/absent/log'),
                ((*data, '--tls-cert', self.place / 'no', '--tls-key', self.place / 'no'), 'no')):
            with self.subTest(arguments=arguments):
                finished = self.run_emulator(*arguments)
                self.assertEqual((NOT_STARTED, ''), (finished.exit_code, finished.stdout), finished)
                self.assertRegex(finished.stderr, r'^glacier-emulator: [^\n]+\n$')
                self.assertIn(message, finished.stderr)

    def test_start_tells_how_to_point_clients_at_it(self):
        emulator = self.start_emulator('--tls', '--region', 'eu-west-1')
        self.assertEqual(STARTED_AND_STOPPED, emulator.stop())
        shown = guide().split('\n```text\nCA certificate: ', 1)[1].split('```', 1)[0]
        expected = ('CA certificate: ' + shown).replace('https://127.0.0.1:8443', emulator.url)
        expected = expected.replace('/tmp/glacier', str(emulator.data_dir)).replace('us-east-1', 'eu-west-1')
        self.assertEqual(expected.splitlines(), emulator.log)

        # What it prints is enough for a client that reads the variables.
        emulator.start()
        lines = [line for line in emulator.log if line.startswith('  export ')]
        variables = dict(word.split('=', 1) for line in lines[-3:] for word in line.split()[1:])
        self.succeed('vault', 'list', emulator=emulator, credentials=False, environment=variables,
                     options={'endpoint-url': None, 'region': None, 'ca-bundle': None})

    def test_a_given_secret_key_is_never_printed(self):
        emulator = self.start_emulator('--access-key', 'AKIDOWN', '--secret-key', 'ownsecret')
        own = {'AWS_ACCESS_KEY_ID': 'AKIDOWN', 'AWS_SECRET_ACCESS_KEY': 'ownsecret'}
        self.succeed('vault', 'list', emulator=emulator, environment=own)
        self.assertEqual(STARTED_AND_STOPPED, emulator.stop())
        text = emulator.log_text()
        self.assertIn('AWS_ACCESS_KEY_ID=AKIDOWN AWS_SECRET_ACCESS_KEY=...', text)
        self.assertNotIn('ownsecret', text)
        self.assertNotIn(programs.SECRET_KEY, text)

    def test_both_signals_stop_it(self):
        for number in (programs.signal.SIGTERM, programs.signal.SIGINT):
            with self.subTest(signal=number):
                emulator = self.start_emulator()
                with socket.create_connection(('127.0.0.1', emulator.port)):
                    emulator.process.send_signal(number)
                    self.assertEqual(STARTED_AND_STOPPED, emulator.process.wait(programs.STOP_LIMIT))

    def test_log(self):
        line = guide().split('\n## Log\n', 1)[1].split('```text\n', 1)[1].split('\n', 1)[0]
        self.assertRegex(line, programs.LOG_LINE)

        file = self.place / 'log'
        emulator = self.start_emulator('--log', file)
        self.create_vault('logged', emulator=emulator)
        self.glacier('vault', 'describe', 'absent', emulator=emulator)
        with socket.create_connection(('127.0.0.1', emulator.port)) as connection:
            connection.sendall(b'PATCH /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
            while connection.recv(65536):
                pass
        emulator.stop()
        lines = file.read_text().splitlines()
        for each in lines:
            self.assertRegex(each, programs.LOG_LINE)
        self.assertEqual([('CreateVault', 'PUT', '/-/vaults/logged', '201'),
                          ('DescribeVault', 'GET', '/-/vaults/absent', '404'),
                          ('-', 'PATCH', '/nowhere')],
                         [tuple(each.split(' ')[1:5]) for each in lines[:2]] +
                         [tuple(lines[2].split(' ')[1:4])])
        self.assertEqual([], [each for each in emulator.log if programs.LOG_LINE.match(each)])

        # A second emulator goes on with the file, and one without a log has none.
        emulator.restart()
        self.succeed('vault', 'list', emulator=emulator)
        emulator.stop()
        self.assertEqual(lines, file.read_text().splitlines()[:3])
        self.assertEqual(4, len(file.read_text().splitlines()))
        silent = self.start_emulator('--log', 'none')
        self.succeed('vault', 'list', emulator=silent)
        silent.stop()
        self.assertEqual([], [each for each in silent.log if programs.LOG_LINE.match(each)])
        self.assertFalse((self.home / 'none').exists())

    @unittest.skipUnless(shutil.which('systemd-analyze'), 'systemd-analyze is missing')
    def test_unit_of_systemd(self):
        text = UNIT.read_text(encoding='utf-8')
        self.assertIn('/usr/bin/glacier-emulator --data-dir', text)
        copy = self.place / UNIT.name
        copy.write_text(text.replace('/usr/bin/glacier-emulator', programs.emulator_program()))
        done = subprocess.run(['systemd-analyze', 'verify', '--man=no', copy], capture_output=True, text=True,
                              timeout=programs.TIME_LIMIT, check=False,
                              env={**os.environ, 'SYSTEMD_LOG_LEVEL': 'warning'})
        self.assertEqual((0, ''), (done.returncode, done.stderr))
        # The options of the unit are ones that the emulator takes.
        command = re.search(r'^ExecStart=(.*)$', text, re.MULTILINE)[1].split()
        for option in command[1:]:
            if option.startswith('--'):
                self.assertIn(f'`{option}', guide())


if __name__ == '__main__':
    unittest.main(verbosity=2)

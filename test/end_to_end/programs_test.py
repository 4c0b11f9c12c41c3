"""The command and the emulator as two programs that talk over TLS."""

import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

import programs  # noqa: E402
from programs import MIB  # noqa: E402

PUNCTUATION = ''.join(chr(code) for code in range(0x21, 0x7f) if not chr(code).isalnum())


class TreeHashTest(programs.ProgramTest):

    def test_helper_agrees_with_published_values(self):
        self.assertEqual('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
                         programs.tree_hash(bytes(1)))
        self.assertEqual('28638dab8d5e1754a4ecb38b0ebe6df66c844f94aed142d4d0283d208bb786cd',
                         programs.tree_hash(bytes(MIB + 1)))
        self.assertEqual('091961d52b7a7681230b75c5652a1750690133b6762b02f012513265e80dde30',
                         programs.tree_hash(bytes(7 * MIB)))

    def test_treehash_command(self):
        for size in (1, MIB - 1, MIB, MIB + 1, 3 * MIB, 5 * MIB + 123):
            with self.subTest(size=size):
                path = programs.make_file(self.place / f'{size}.bin', size, seed=size)
                finished = self.succeed('treehash', path, options={'region': None},
                                        credentials=False)
                self.assertEqual(f'{programs.tree_hash_of_file(path)}  {path}\n', finished.stdout)


class VaultsTest(programs.ProgramTest):

    emulator_options = ('--job-delay', 0, '--inventory-period', 0)

    def test_create_describe_delete(self):
        self.create_vault('attic')
        vault = self.succeed_json('vault', 'describe', 'attic')
        self.assertEqual('attic', vault['VaultName'])
        self.assertEqual(f'arn:aws:glacier:{programs.REGION}:{programs.ACCOUNT}:vaults/attic',
                         vault['VaultARN'])
        self.create_vault('attic')
        self.succeed('vault', 'delete', 'attic')
        self.assert_failure(self.glacier('vault', 'describe', 'attic'), programs.REFUSED, 'attic')

    def test_explicit_account_id(self):
        self.create_vault('cellar', options={'account-id': programs.ACCOUNT})
        self.succeed('vault', 'describe', 'cellar')

    def test_list_names_every_vault_of_every_page(self):
        client = self.boto3_client()
        names = [f'list.{number:02}' for number in range(23)]
        for name in names:
            client.create_vault(vaultName=name)
        listed = self.succeed_json('vault', 'list')['VaultList']
        self.assertEqual(names, [vault['VaultName'] for vault in listed
                                 if vault['VaultName'].startswith('list.')])
        lines = self.succeed('vault', 'list').stdout.splitlines()
        self.assertEqual(names, [line.split('\t')[0] for line in lines
                                 if line.startswith('list.')])


class TransferTest(programs.ProgramTest):

    emulator_options = ('--job-delay', 0, '--inventory-period', 0)

    def upload(self, path, vault, *arguments, **how):
        """Uploads, checks what the command says of it, and returns that."""
        uploaded = self.succeed_json('upload', path, '--vault', vault, *arguments, **how)
        self.assertEqual(programs.tree_hash_of_file(path), uploaded['SHA256TreeHash'])
        self.assertEqual(path.stat().st_size, uploaded['SizeInBytes'])
        self.assertEqual(
            f'/{programs.ACCOUNT}/vaults/{vault}/archives/{uploaded["ArchiveId"]}',
            uploaded['Location'])
        return uploaded

    def retrieve(self, archive_id, vault, *arguments, expected, **how):
        """Retrieves, checks the bytes and that nothing else was left, and returns what was said."""
        output = self.place / f'{expected.name}.retrieved'
        retrieved = self.succeed_json('retrieve', '--vault', vault, '--output', output, *arguments,
                                      '--', archive_id, **how)
        self.assert_same_bytes(expected, output)
        self.assertEqual([output], list(self.place.glob(f'{output.name}*')))
        self.assertEqual(str(output), retrieved['Output'])
        self.assertEqual(expected.stat().st_size, retrieved['SizeInBytes'])
        self.assertEqual(programs.tree_hash_of_file(expected), retrieved['SHA256TreeHash'])
        output.unlink()
        return retrieved

    def test_several_parts_and_a_job_that_takes_time(self):
        emulator = self.start_emulator('--tls', '--job-delay', 1, '--inventory-period', 0)
        vault = self.create_vault('parts', emulator=emulator)
        path = programs.make_file(self.place / 'parts.bin', 5 * MIB + 123)

        uploaded = self.upload(path, vault, '--part-size', MIB, '--concurrency', 3,
                               emulator=emulator)
        self.assertEqual(MIB, uploaded['PartSizeInBytes'])
        self.assertEqual(6, uploaded['Parts'])
        self.assertEqual([], self.boto3_client(emulator)
                         .list_multipart_uploads(vaultName=vault)['UploadsList'])

        described = self.succeed_json('vault', 'describe', vault, emulator=emulator)
        self.assertEqual(1, described['NumberOfArchives'])
        self.assertGreaterEqual(described['SizeInBytes'], path.stat().st_size)
        listed = self.succeed_json('vault', 'list', emulator=emulator)['VaultList']
        for vault_object in (described, *listed):
            # An inventory that is always current may bear the time of the question.
            vault_object.pop('LastInventoryDate')
        self.assertEqual([described], listed)

        retrieved = self.retrieve(uploaded['ArchiveId'], vault, emulator=emulator, expected=path)
        job = self.succeed_json('job', 'describe', '--vault', vault, '--', retrieved['JobId'],
                                emulator=emulator)
        self.assertEqual('Succeeded', job['StatusCode'])
        self.assertEqual(uploaded['ArchiveId'], job['ArchiveId'])

    def test_sizes_at_the_edges(self):
        vault = self.create_vault('sizes')
        for size in (1, MIB - 1, MIB, MIB + 1, 4 * MIB):
            with self.subTest(size=size):
                path = programs.make_file(self.place / f'{size}.bin', size, seed=size)
                uploaded = self.upload(path, vault, '--part-size', MIB)
                self.retrieve(uploaded['ArchiveId'], vault, expected=path)

    def test_part_size_chosen_by_the_command(self):
        vault = self.create_vault('chosen')
        path = programs.make_file(self.place / 'chosen.bin', 9 * MIB + 1)
        self.retrieve(self.upload(path, vault)['ArchiveId'], vault, expected=path)

    def test_text_forms(self):
        vault = self.create_vault('text')
        path = programs.make_file(self.place / 'text.bin', 3 * MIB + 7)
        archive_id = self.succeed('upload', path, '--vault', vault, '--part-size', MIB).stdout
        self.assertRegex(archive_id, r'\A[A-Za-z0-9_-]+\n\Z')
        output = self.place / 'text.retrieved'
        retrieved = self.succeed('retrieve', '--vault', vault, '--output', output,
                                 '--', archive_id.strip(), options={'output': 'text'})
        self.assertEqual(f'{programs.tree_hash_of_file(path)}  {output}\n', retrieved.stdout)
        self.assert_same_bytes(path, output)

    def test_plain_http_when_asked_for(self):
        emulator = self.start_emulator('--job-delay', 0, '--inventory-period', 0)
        self.assertTrue(emulator.url.startswith('http://'))
        vault = self.create_vault('plain', emulator=emulator)
        path = programs.make_file(self.place / 'plain.bin', 2 * MIB + 5)
        uploaded = self.upload(path, vault, '--part-size', MIB, emulator=emulator)
        self.retrieve(uploaded['ArchiveId'], vault, emulator=emulator, expected=path)

    def test_endpoint_and_certificates_from_the_environment(self):
        vault = self.create_vault('environment')
        variables = {'AWS_ENDPOINT_URL_GLACIER': self.emulator.url,
                     'AWS_ENDPOINT_URL': 'http://127.0.0.1:1',
                     'AWS_CA_BUNDLE': self.emulator.ca_bundle, 'AWS_REGION': programs.REGION}
        finished = self.succeed(
            'vault', 'list', environment=variables,
            options={'endpoint-url': None, 'ca-bundle': None, 'region': None})
        self.assertIn(vault, [line.split('\t')[0] for line in finished.stdout.splitlines()])

    def test_keys_from_a_profile(self):
        vault = self.create_vault('profile')
        credentials = self.place / 'credentials'
        credentials.write_text('[default]\naws_access_key_id = AKIAWRONG\n'
                               'aws_secret_access_key = wrong\n\n'
                               f'[archivist]\naws_access_key_id = {programs.ACCESS_KEY}\n'
                               f'aws_secret_access_key = {programs.SECRET_KEY}\n')
        self.succeed('vault', 'describe', vault, credentials=False,
                     options={'profile': 'archivist'},
                     environment={'AWS_SHARED_CREDENTIALS_FILE': credentials})
        self.succeed('vault', 'describe', vault, credentials=False,
                     environment={'AWS_SHARED_CREDENTIALS_FILE': credentials,
                                  'AWS_PROFILE': 'archivist'})

    def test_ids_that_begin_with_a_hyphen(self):
        vault = self.create_vault('hyphens')
        output = self.place / 'never'
        for unknown in ('-abc', '--output', '-' + 'x' * 137):
            with self.subTest(archive_id=unknown):
                finished = self.glacier('retrieve', '--vault', vault, '--output', output,
                                        '--', unknown)
                self.assert_failure(finished, programs.REFUSED, 'not found')
                self.assertFalse(output.exists())
        for unknown in ('-abc', '-' + 'x' * 91):
            with self.subTest(job_id=unknown):
                finished = self.glacier('job', 'describe', '--vault', vault, '--', unknown)
                self.assert_failure(finished, programs.REFUSED, 'not found')

    def test_description_arrives_as_it_was_given(self):
        vault = self.create_vault('descriptions')
        client = self.boto3_client()
        single = f'one  part,   {PUNCTUATION} end'
        several = f'several  parts,   {PUNCTUATION[::-1]} end'
        small = programs.make_file(self.place / 'small.bin', 1000)
        large = programs.make_file(self.place / 'large.bin', 2 * MIB + 1)
        expected = {
            self.upload(small, vault, f'--description={single}')['ArchiveId']: single,
            self.upload(large, vault, '--description', several,
                        '--part-size', MIB)['ArchiveId']: several}

        job_id = client.initiate_job(
            vaultName=vault, jobParameters={'Type': 'inventory-retrieval'})['jobId']
        self.wait_for_job(client, vault, job_id)
        with client.get_job_output(vaultName=vault, jobId=job_id)['body'] as body:
            inventory = json.loads(body.read())
        self.assertEqual(expected, {archive['ArchiveId']: archive['ArchiveDescription']
                                    for archive in inventory['ArchiveList']})

    def test_retrieve_with_a_finished_job(self):
        vault = self.create_vault('finished')
        client = self.boto3_client()
        path = programs.make_file(self.place / 'finished.bin', 2 * MIB + 99)
        archive_id = self.upload(path, vault, '--part-size', MIB)['ArchiveId']
        job_id = client.initiate_job(vaultName=vault, jobParameters={
            'Type': 'archive-retrieval', 'ArchiveId': archive_id, 'Tier': 'Bulk'})['jobId']
        self.wait_for_job(client, vault, job_id)

        retrieved = self.retrieve(archive_id, vault, f'--job={job_id}', expected=path)
        self.assertEqual(job_id, retrieved['JobId'])
        jobs = self.succeed_json('job', 'list', '--vault', vault)['JobList']
        self.assertEqual([job_id], [job['JobId'] for job in jobs])

    def test_tier(self):
        vault = self.create_vault('tiers')
        path = programs.make_file(self.place / 'tiers.bin', 5000)
        archive_id = self.upload(path, vault)['ArchiveId']
        retrieved = self.retrieve(archive_id, vault, '--tier', 'Expedited', expected=path)
        job = self.succeed_json('job', 'describe', '--vault', vault, '--', retrieved['JobId'])
        self.assertEqual('Expedited', job['Tier'])

    def test_job_list_and_describe_while_it_runs(self):
        emulator = self.start_emulator('--tls', '--job-delay', 3600, '--inventory-period', 0)
        vault = self.create_vault('running', emulator=emulator)
        path = programs.make_file(self.place / 'running.bin', 1234)
        archive_id = self.upload(path, vault, emulator=emulator)['ArchiveId']
        self.assertEqual([], self.succeed_json('job', 'list', '--vault', vault,
                                               emulator=emulator)['JobList'])
        job_id = self.boto3_client(emulator).initiate_job(vaultName=vault, jobParameters={
            'Type': 'archive-retrieval', 'ArchiveId': archive_id,
            'Description': 'two  spaces'})['jobId']

        job = self.succeed_json('job', 'describe', '--vault', vault, '--', job_id,
                                emulator=emulator)
        self.assertEqual(job_id, job['JobId'])
        self.assertEqual(archive_id, job['ArchiveId'])
        self.assertEqual('ArchiveRetrieval', job['Action'])
        self.assertEqual('InProgress', job['StatusCode'])
        self.assertIs(False, job['Completed'])
        self.assertEqual('two  spaces', job['JobDescription'])
        self.assertEqual(1234, job['ArchiveSizeInBytes'])
        jobs = self.succeed_json('job', 'list', '--vault', vault, emulator=emulator)['JobList']
        self.assertEqual([job], jobs)
        self.assertIn(job_id, self.succeed('job', 'list', '--vault', vault,
                                           emulator=emulator).stdout)

    def wait_for_job(self, client, vault, job_id):
        programs.wait_until(
            lambda: client.describe_job(vaultName=vault, jobId=job_id)['Completed'],
            f'job {job_id} completes')


class InterruptionTest(programs.ProgramTest):

    emulator_options = ('--job-delay', 0, '--inventory-period', 0)

    def open_uploads(self, vault):
        return self.boto3_client().list_multipart_uploads(vaultName=vault)['UploadsList']

    def interrupt(self, vault, number, *arguments):
        """Interrupts an upload that can get no further; returns what it left, and how it is gone on with."""
        relay = programs.StallingRelay(self.emulator.port, MIB + MIB // 2)
        self.addCleanup(relay.close)
        path = programs.make_file(self.place / 'large.bin', 16 * MIB)
        command = ['upload', path, '--vault', vault, '--part-size', MIB, '--concurrency', 2]
        how = {'options': {'endpoint-url': f'https://127.0.0.1:{relay.port}'}}
        running = self.start_glacier(*command, *arguments, **how)
        programs.wait_until(
            lambda: relay.stalled.is_set() or running.process.poll() is not None,
            'the upload is under way')
        self.assertIsNone(running.process.poll(), 'the upload ended by itself')
        self.assertEqual(1, len(self.open_uploads(vault)))
        running.signal(number)
        return self.finish(running), lambda *more: self.glacier(*command, *more, **how)

    def test_interrupt_and_termination_leave_no_open_upload_without_a_state_file(self):
        vault = self.create_vault('interrupted')
        for number, exit_code in ((signal.SIGINT, programs.INTERRUPTED),
                                  (signal.SIGTERM, programs.TERMINATED)):
            with self.subTest(signal=number.name):
                finished, _ = self.interrupt(vault, number, '--no-resume')
                self.assert_failure(finished, exit_code)
                self.assertEqual([], self.open_uploads(vault))

    def test_interrupted_upload_stays_until_it_is_given_up(self):
        vault = self.create_vault('discarded')
        finished, again = self.interrupt(vault, signal.SIGTERM)
        self.assert_failure(finished, programs.TERMINATED, 'unfinished', '--discard')
        self.assertEqual(1, len(self.open_uploads(vault)))
        self.assertEqual(1, len(list((self.home / '.local/state/glacier').iterdir())))

        self.assertEqual(programs.SUCCESS, again('--discard').exit_code)
        self.assertEqual([], self.open_uploads(vault))
        self.assertEqual([], list((self.home / '.local/state/glacier').iterdir()))

    def test_pipes(self):
        vault = self.create_vault('pipes')
        path = programs.make_file(self.place / 'piped.bin', 5 * MIB + 1)
        with path.open('rb') as content:
            stored = subprocess.run(
                ['sh', '-c', 'cat | "$@"', 'sh', *self.words('upload', '-', '--vault', vault, '--part-size', MIB)],
                stdin=content, capture_output=True, env=self.variables(), timeout=programs.TIME_LIMIT,
                check=False)
        self.assertEqual(0, stored.returncode, stored.stderr)
        retrieved = subprocess.run(
            ['sh', '-c', '"$@" | cat', 'sh', *self.words('retrieve', '--vault', vault, '--output', '-', '--',
                                                         stored.stdout.decode().strip())],
            capture_output=True, env=self.variables(), timeout=programs.TIME_LIMIT, check=False)
        self.assertTrue(path.read_bytes() == retrieved.stdout, retrieved.stderr)
        self.assertIn(programs.tree_hash_of_file(path), retrieved.stderr.decode())

    def words(self, *arguments):
        return [str(word) for word in (
            programs.glacier_program(), '--region', programs.REGION, '--endpoint-url', self.emulator.url,
            '--ca-bundle', self.emulator.ca_bundle, *arguments)]

    def variables(self):
        return programs.clean_environment(self.home, {
            'AWS_ACCESS_KEY_ID': programs.ACCESS_KEY, 'AWS_SECRET_ACCESS_KEY': programs.SECRET_KEY})

    def test_interrupt_while_a_job_runs_leaves_no_file(self):
        emulator = self.start_emulator('--tls', '--job-delay', 3600, '--inventory-period', 0)
        vault = self.create_vault('waiting', emulator=emulator)
        client = self.boto3_client(emulator)
        path = programs.make_file(self.place / 'waiting.bin', 4321)
        archive_id = self.succeed('upload', path, '--vault', vault,
                                  emulator=emulator).stdout.strip()
        output = self.place / 'waiting.retrieved'
        running = self.start_glacier('retrieve', '--vault', vault, '--output', output,
                                     '--', archive_id, emulator=emulator)
        programs.wait_until(
            lambda: client.list_jobs(vaultName=vault)['JobList']
            or running.process.poll() is not None,
            'the job exists')
        self.assertIsNone(running.process.poll(), 'the command did not wait for the job')
        running.signal(signal.SIGINT)
        self.assert_failure(self.finish(running), programs.INTERRUPTED)
        self.assertFalse(output.exists())


class EmulatorLifeTest(programs.ProgramTest):

    options = ('--tls', '--job-delay', 0, '--inventory-period', 0)

    def test_sigterm_stops_it_cleanly(self):
        emulator = self.start_emulator(*self.options)
        self.create_vault('stopped', emulator=emulator)
        with socket.create_connection(('127.0.0.1', emulator.port)):
            self.assertEqual(0, emulator.stop(), emulator.log_text())
        # At its start it prints the key that everybody knows; afterwards none.
        requests = [line for line in emulator.log if programs.LOG_LINE.match(line)]
        self.assertNotEqual([], requests)
        self.assertNotIn(programs.SECRET_KEY, '\n'.join(requests))

        emulator.restart()
        self.succeed('vault', 'describe', 'stopped', emulator=emulator)

    def test_sigkill_after_an_acknowledged_upload_loses_nothing(self):
        emulator = self.start_emulator(*self.options)
        vault = self.create_vault('killed', emulator=emulator)
        paths = [programs.make_file(self.place / f'{size}.bin', size, seed=size)
                 for size in (77, 3 * MIB + 11)]
        archive_ids = [
            self.succeed('upload', path, '--vault', vault, '--part-size', MIB,
                         emulator=emulator).stdout.strip()
            for path in paths]
        emulator.kill()

        emulator.restart()
        self.assertEqual(2, self.succeed_json('vault', 'describe', vault,
                                              emulator=emulator)['NumberOfArchives'])
        for path, archive_id in zip(paths, archive_ids):
            output = self.place / f'{path.name}.retrieved'
            self.succeed('retrieve', '--vault', vault, '--output', output, '--', archive_id,
                         emulator=emulator)
            self.assert_same_bytes(path, output)

    def test_verify_compares_the_files_with_the_index(self):
        emulator = self.start_emulator(*self.options)
        vault = self.create_vault('verified', emulator=emulator)
        path = programs.make_file(self.place / 'file.bin', 2 * MIB)
        self.succeed('upload', path, '--vault', vault, '--part-size', MIB, emulator=emulator)

        def verify():
            running = programs.Running(
                [programs.emulator_program(), '--data-dir', emulator.data_dir, '--verify'],
                programs.clean_environment(self.home), self.place)
            self.addCleanup(running.kill)
            return running.finish()

        finished = verify()
        self.assertEqual(1, finished.exit_code)
        self.assertIn('is in use by an emulator', finished.stderr)
        emulator.stop()
        finished = verify()
        self.assertEqual((0, ''), (finished.exit_code, finished.stderr), str(finished))
        self.assertEqual(f'2 files with {2 * MIB} bytes, 0 problems, 0 left-overs\n', finished.stdout)
        damaged = programs.damage_archive(emulator.data_dir, path.read_bytes()[:64])
        finished = verify()
        self.assertEqual(1, finished.exit_code)
        self.assertIn(f'{damaged}: damaged: {MIB} bytes from byte 0 on', finished.stdout)
        self.assertIn('1 problems', finished.stdout)

    def test_own_keys_account_and_region(self):
        emulator = self.start_emulator(
            *self.options, '--access-key', 'AKIDOWN', '--secret-key', 'own+secret/key',
            '--account', '210987654321', '--region', 'eu-west-1')
        keys = {'AWS_ACCESS_KEY_ID': 'AKIDOWN', 'AWS_SECRET_ACCESS_KEY': 'own+secret/key'}
        self.create_vault('own', emulator=emulator, options={'region': 'eu-west-1'},
                          environment=keys)
        vault = self.succeed_json('vault', 'describe', 'own', emulator=emulator,
                                  options={'region': 'eu-west-1'}, environment=keys)
        self.assertEqual('arn:aws:glacier:eu-west-1:210987654321:vaults/own', vault['VaultARN'])
        self.assert_failure(self.glacier('vault', 'describe', 'own', emulator=emulator,
                                         options={'region': 'eu-west-1'}),
                            programs.REFUSED)

    def test_inferred_behaviour(self):
        emulator = self.start_emulator('--tls', '--inferred', 'short_pages=5', '--inferred',
                                       'zero_before_first_inventory=true')
        client = self.boto3_client(emulator)
        names = [f'short-{number:02}' for number in range(12)]
        for name in names:
            client.create_vault(vaultName=name)
        listed = self.succeed_json('vault', 'list', emulator=emulator)['VaultList']
        self.assertEqual(names, [vault['VaultName'] for vault in listed])
        pages = list(client.get_paginator('list_vaults').paginate())
        self.assertGreater(len(pages), 2)
        self.assertEqual(names, [vault['VaultName'] for page in pages for vault in page['VaultList']])
        self.assertEqual([0] * 12, [vault['NumberOfArchives'] for vault in listed])

    def test_inferred_behaviour_is_listed_and_checked(self):
        def run(*settings):
            return subprocess.run([programs.emulator_program(), *settings], capture_output=True,
                                  text=True, timeout=60, check=False)
        listed = run('--inferred', 'short_pages=5', '--inferred', 'list')
        self.assertEqual(0, listed.returncode, listed.stderr)
        self.assertIn('short_pages=5 (NUMBER): ', listed.stdout)
        self.assertIn('\nunsatisfiable_range_status=400 (400|416): ', '\n' + listed.stdout)
        refused = run('--data-dir', self.place, '--inferred', 'unsatisfiable_range_status=500')
        self.assertEqual(2, refused.returncode)
        self.assertIn('--inferred: the inferred behaviour unsatisfiable_range_status is 400|416, not '
                      "'500'", refused.stderr)


class ControlTest(programs.ProgramTest):

    def control(self, emulator, method, path, body=None):
        """Gives a command to the control endpoint and returns the JSON of its answer."""
        url = re.search(r'^control on (http://127\.0\.0\.1:\d+)$', emulator.log_text(), re.MULTILINE).group(1)
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=programs.TIME_LIMIT) as answer:
            return json.load(answer)

    def test_time_and_faults_on_request(self):
        emulator = self.start_emulator(
            '--tls', '--control-port', 0, '--seed', 7,
            '--fault', 'operation=ListVaults,last=1,effect=status,status=500',
            '--fault', 'operation=DescribeVault,effect=status,code=ThrottlingException,probability=1')
        self.create_vault('attic', emulator=emulator)
        self.succeed('vault', 'list', emulator=emulator)
        self.assert_failure(self.glacier('vault', 'describe', 'attic', emulator=emulator),
                            programs.REFUSED)
        shown = self.control(emulator, 'GET', '/faults')
        self.assertEqual(7, shown['seed'])
        self.assertEqual([1, 3], [fault['struck'] for fault in shown['faults']])
        self.control(emulator, 'DELETE', '/faults')
        self.succeed('vault', 'describe', 'attic', emulator=emulator)

        before = self.control(emulator, 'GET', '/clock')['time']
        after = self.control(emulator, 'POST', '/clock', {'step': '30d'})['time']
        self.assertLess(before, after)
        with self.assertRaises(urllib.error.HTTPError) as raised:
            self.control(emulator, 'POST', '/clock', {'step': 'soon'})
        self.assertEqual(400, raised.exception.code)
        self.assertIn('step', json.load(raised.exception)['error'])
        emulator.stop()
        self.assertIn('fault=status', emulator.log_text())

    def test_no_control_endpoint_unless_asked_for(self):
        emulator = self.start_emulator()
        self.assertNotIn('control on', emulator.log_text())

    def test_wrong_faults_are_refused_with_the_name_of_the_member(self):
        for fault, member in (('effect=explode', 'effect'), ('effect=delay', 'time'),
                              ('effect=status,operation=Fly', 'operation')):
            with self.subTest(fault=fault):
                finished = subprocess.run(
                    [programs.emulator_program(), '--data-dir', str(self.place / 'data'), '--fault', fault],
                    capture_output=True, text=True, timeout=programs.TIME_LIMIT)
                self.assertEqual(programs.USAGE, finished.returncode)
                self.assertRegex(finished.stderr, f'^glacier-emulator: --fault: {member}: ')


if __name__ == '__main__':
    unittest.main(verbosity=2)

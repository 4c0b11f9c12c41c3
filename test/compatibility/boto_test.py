"""Unmodified boto against the emulator, and archives that go from boto to the command and back.

Boto's own faults under Python 3, which has never been its home, are worked around for the calls that need it
only, or shown by a test:
- It compares tree hashes as bytes with text, and refuses every download (`mended`).
- Job.get_output(validate_checksum=True) reads what it checks, so that nothing is left to read.
- Vault.resume_archive_from_file() encodes what it reads from the file, which must be bytes (`TextOfBytes`).
- Layer1.upload_archive() declares the characters of a text as its length and sends it in Latin-1, so that only
  ASCII arrives.
- Vault.retrieve_inventory() writes dates with the name of the time zone at their end, which is no ISO 8601.
- A part beyond the next one that is missing is an IndexError in its Writer, so uploads resume in order only.
"""

import binascii
import contextlib
import datetime
import hashlib
import io
import json
import pathlib
import sys
import unittest
import unittest.mock
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

import programs  # noqa: E402
from programs import MIB  # noqa: E402

# Boto reads the user's files and the environment when it is imported.
programs.isolate()
programs.os.environ['BOTO_CONFIG'] = programs.os.devnull
warnings.simplefilter('ignore')

try:
    import boto
    import boto.glacier.concurrent
    import boto.glacier.layer1
    import boto.glacier.layer2
    import boto.glacier.utils
    from boto.glacier.exceptions import UnexpectedHTTPResponseError
    from boto.regioninfo import RegionInfo
except ImportError as error:
    sys.exit(f'boto is missing ({error}): install python3-boto, for instance with ./dev setup')

# Boto never uses parts smaller than this, whatever it is told.
PART_SIZE = 4 * MIB


@contextlib.contextmanager
def mended():
    """Boto's downloads, with its comparisons of tree hashes mended.

    Under Python 3 boto.glacier.utils.bytes_to_hex returns bytes. What the service sends is text,
    and the two are never equal, so that boto refuses every part that it downloads.
    """
    def bytes_to_hex(data):
        return binascii.hexlify(data).decode('ascii')

    def tree_hash_from_str(data):
        return bytes_to_hex(boto.glacier.utils.tree_hash(boto.glacier.utils.chunk_hashes(data)))

    with unittest.mock.patch('boto.glacier.concurrent.bytes_to_hex', bytes_to_hex), \
            unittest.mock.patch('boto.glacier.job.tree_hash_from_str', tree_hash_from_str):
        yield


class TextOfBytes(io.BytesIO):
    """A file whose blocks are bytes with the one method of texts that boto calls."""

    class Block(bytes):
        def encode(self, _):
            return bytes(self)

    def read(self, *arguments):
        return self.Block(super().read(*arguments))


class BotoCase(programs.ProgramTest):
    """Connects boto to the emulator of the class."""

    emulator_options = ('--job-delay', 0, '--inventory-period', 0)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not boto.config.has_section('Boto'):
            boto.config.add_section('Boto')
        boto.config.set('Boto', 'ca_certificates_file', cls.emulator.ca_bundle)
        boto.config.set('Boto', 'https_validate_certificates', 'true')
        boto.config.set('Boto', 'http_socket_timeout', '20')
        boto.config.set('Boto', 'num_retries', '1')

    def connect(self, secret_key=programs.SECRET_KEY):
        # Boto matches the host with the DNS names of a certificate only, never with its addresses.
        layer1 = boto.glacier.layer1.Layer1(
            aws_access_key_id=programs.ACCESS_KEY, aws_secret_access_key=secret_key,
            region=RegionInfo(name=programs.REGION, endpoint='localhost'), port=self.emulator.port)
        # It would take these two from a host name of the form glacier.REGION.amazonaws.com.
        layer1.auth_service_name = 'glacier'
        layer1.auth_region_name = programs.REGION
        return boto.glacier.layer2.Layer2(layer1=layer1)

    def setUp(self):
        super().setUp()
        self.boto = self.connect()

    def wait_for(self, vault, job):
        """The job's description once it is finished."""
        found = programs.wait_until(
            lambda: next((each for each in [vault.get_job(job.id)] if each.completed), None),
            f'job {job.id} completes')
        self.assertEqual('Succeeded', found.status_code)
        return found

    def assert_refused(self, status, code, call, *arguments, **named):
        """The call is refused; returns the exception."""
        with self.assertRaises(UnexpectedHTTPResponseError) as caught:
            call(*arguments, **named)
        self.assertEqual((status, code), (caught.exception.status, caught.exception.code))
        return caught.exception


class Layer1Test(BotoCase):
    """Every method of Layer1 on an emulator of its own, so that its log tells what boto has done."""

    METHODS = {name for name, value in vars(boto.glacier.layer1.Layer1).items()
               if callable(value) and not name.startswith('_') and name != 'make_request'}

    def setUp(self):
        super().setUp()
        self.layer1 = self.boto.layer1
        self.called = set()
        for name in self.METHODS:
            setattr(self.layer1, name, self.recorded(name, getattr(self.layer1, name)))

    def recorded(self, name, method):
        def call(*arguments, **named):
            self.called.add(name)
            return method(*arguments, **named)
        return call

    def assert_answer(self, status, answer, **members):
        self.assertEqual(status, answer.status)
        self.assertRegex(answer['RequestId'], r'^[A-Za-z0-9_-]{47}$')
        self.assertEqual(members, {name: answer[name] for name in members})
        return answer

    def use_vaults(self, vault):
        location = f'/{programs.ACCOUNT}/vaults/{vault}'
        arn = f'arn:aws:glacier:{programs.REGION}:{programs.ACCOUNT}:vaults/{vault}'
        self.assert_answer(201, self.layer1.create_vault(vault), Location=location)
        self.assert_answer(200, self.layer1.describe_vault(vault), VaultName=vault, VaultARN=arn,
                           SizeInBytes=0, NumberOfArchives=0)
        for number in range(3):
            self.layer1.create_vault(f'{vault}-{number}')
        first = self.assert_answer(200, self.layer1.list_vaults(limit=2))
        self.assertEqual([vault, f'{vault}-0'], [each['VaultName'] for each in first['VaultList']])
        rest = self.assert_answer(200, self.layer1.list_vaults(marker=first['Marker']), Marker=None)
        self.assertEqual([f'{vault}-1', f'{vault}-2'],
                         [each['VaultName'] for each in rest['VaultList']])
        self.assert_answer(204, self.layer1.delete_vault(f'{vault}-2'))
        self.assert_refused(404, 'ResourceNotFoundException',
                            self.layer1.describe_vault, f'{vault}-2')

    def use_notifications(self, vault):
        config = {'SNSTopic': f'arn:aws:sns:{programs.REGION}:{programs.ACCOUNT}:jobs',
                  'Events': ['ArchiveRetrievalCompleted']}
        self.assert_answer(204, self.layer1.set_vault_notifications(vault, config))
        self.assert_answer(200, self.layer1.get_vault_notifications(vault), **config)
        self.assert_answer(204, self.layer1.delete_vault_notifications(vault))
        self.assert_refused(404, 'ResourceNotFoundException',
                            self.layer1.get_vault_notifications, vault)

    def use_archives(self, vault):
        """Content as bytes, as text and as a file object; returns the last archive and its content."""
        content = programs.make_file(self.place / 'file', MIB + 5).read_bytes()
        file = open(self.place / 'file', 'rb')
        self.addCleanup(file.close)
        for archive, data in ((b'bytes', b'bytes'), ('text', b'text'), (file, content)):
            tree_hash = programs.tree_hash(data)
            uploaded = self.layer1.upload_archive(
                vault, archive, hashlib.sha256(data).hexdigest(), tree_hash, 'of  boto')
            archive_id = uploaded['ArchiveId']
            self.assert_answer(
                201, uploaded, TreeHash=tree_hash,
                Location=f'/{programs.ACCOUNT}/vaults/{vault}/archives/{archive_id}')
        unwanted = self.layer1.upload_archive(vault, b'x', hashlib.sha256(b'x').hexdigest(),
                                              programs.tree_hash(b'x'))['ArchiveId']
        self.assert_answer(204, self.layer1.delete_archive(vault, unwanted))
        self.assert_refused(400, 'InvalidParameterValueException', self.layer1.upload_archive,
                            vault, b'y', hashlib.sha256(b'y').hexdigest(), programs.tree_hash(b'x'))
        return archive_id, content

    def use_multipart_uploads(self, vault):
        content = programs.make_file(self.place / 'parts', 2 * MIB + 5).read_bytes()
        unwanted, upload = [
            self.assert_answer(201, self.layer1.initiate_multipart_upload(vault, MIB, text))['UploadId']
            for text in ('unwanted', 'wanted')]
        first = self.assert_answer(200, self.layer1.list_multipart_uploads(vault, limit=1))
        rest = self.layer1.list_multipart_uploads(vault, marker=first['Marker'])
        self.assertIsNone(rest['Marker'])
        self.assertEqual({unwanted: 'unwanted', upload: 'wanted'},
                         {each['MultipartUploadId']: each['ArchiveDescription']
                          for each in first['UploadsList'] + rest['UploadsList']})
        self.assert_answer(204, self.layer1.abort_multipart_upload(vault, unwanted))

        # In any order; only the last part may be shorter.
        for at in (2 * MIB, 0, MIB):
            part = content[at:at + MIB]
            self.assert_answer(204, self.layer1.upload_part(
                vault, upload, hashlib.sha256(part).hexdigest(), programs.tree_hash(part),
                (at, at + len(part) - 1), part), TreeHash=programs.tree_hash(part))
        first = self.assert_answer(200, self.layer1.list_parts(vault, upload, limit=2),
                                   MultipartUploadId=upload, PartSizeInBytes=MIB)
        rest = self.layer1.list_parts(vault, upload, marker=first['Marker'])
        self.assertEqual([f'0-{MIB - 1}', f'{MIB}-{2 * MIB - 1}', f'{2 * MIB}-{2 * MIB + 4}'],
                         [each['RangeInBytes'] for each in first['Parts'] + rest['Parts']])
        completed = self.layer1.complete_multipart_upload(
            vault, upload, programs.tree_hash(content), len(content))
        self.assert_answer(201, completed)
        self.assertEqual(138, len(completed['ArchiveId']))

    def use_jobs(self, vault, archive_id, content):
        started = self.layer1.initiate_job(
            vault, {'Type': 'archive-retrieval', 'ArchiveId': archive_id, 'Description': 'all',
                    'RetrievalByteRange': f'{MIB}-{MIB + 4}'})
        job = started['JobId']
        self.assert_answer(202, started,
                           Location=f'/{programs.ACCOUNT}/vaults/{vault}/jobs/{job}')
        self.assert_answer(200, self.layer1.describe_job(vault, job), JobDescription='all',
                           StatusCode='Succeeded', RetrievalByteRange=f'{MIB}-{MIB + 4}',
                           ArchiveSizeInBytes=len(content), SHA256TreeHash=programs.tree_hash(content[MIB:]))
        output = self.layer1.get_job_output(vault, job)
        self.assert_answer(200, output, ContentType='application/octet-stream', ContentRange=None,
                           TreeHash=programs.tree_hash(content[MIB:]))
        self.assertEqual(content[MIB:], output.read())
        output = self.layer1.get_job_output(vault, job, byte_range=(1, 3))
        self.assert_answer(206, output, ContentRange='bytes 1-3/5', TreeHash=None)
        self.assertEqual(content[MIB + 1:MIB + 4], output.read())

        other = self.layer1.initiate_job(vault, {'Type': 'inventory-retrieval'})['JobId']
        first = self.assert_answer(200, self.layer1.list_jobs(vault, completed=True, limit=1))
        rest = self.layer1.list_jobs(vault, status_code='Succeeded', marker=first['Marker'])
        self.assertEqual([job, other], [each['JobId'] for each in first['JobList'] + rest['JobList']])
        self.assertEqual([], self.layer1.list_jobs(vault, completed=False)['JobList'])

    def test_every_method(self):
        vault = 'layer1'
        self.use_vaults(vault)
        self.use_notifications(vault)
        archive_id, content = self.use_archives(vault)
        self.use_multipart_uploads(vault)
        self.use_jobs(vault, archive_id, content)

        self.assertEqual(self.METHODS, self.called)
        self.assertEqual(19, len(self.called))
        self.assert_guide_tells('boto 2', self.emulator)


class BotoTest(BotoCase):

    def inventory(self, vault):
        job = self.wait_for(vault, vault.retrieve_inventory_job(description='the inventory'))
        self.assertEqual('InventoryRetrieval', job.action)
        self.assertEqual('the inventory', job.description)
        return {archive['ArchiveId']: archive for archive in job.get_output()['ArchiveList']}

    def retrieve_with_command(self, vault, archive_id, expected):
        output = self.place / f'{expected.name}.retrieved'
        retrieved = self.succeed_json('retrieve', '--vault', vault.name, '--output', output,
                                      '--', archive_id)
        self.assertEqual(programs.tree_hash_of_file(expected), retrieved['SHA256TreeHash'])
        self.assert_same_bytes(expected, output)

    def test_vaults(self):
        created = self.boto.create_vault('boto.vaults')
        self.assertEqual('boto.vaults', created.name)
        self.assertEqual(
            f'arn:aws:glacier:{programs.REGION}:{programs.ACCOUNT}:vaults/boto.vaults', created.arn)
        self.create_vault('boto.from-the-command')
        # More than one page, which holds ten vaults at most.
        for number in range(11):
            self.boto.layer1.create_vault(f'boto.page-{number:02}')
        names = [vault.name for vault in self.boto.list_vaults()]
        self.assertLessEqual({'boto.vaults', 'boto.from-the-command'}, set(names))
        self.assertEqual([f'boto.page-{number:02}' for number in range(11)],
                         [name for name in names if name.startswith('boto.page-')])
        self.assertEqual(0, created.number_of_archives or 0)
        created.delete()
        with self.assertRaises(UnexpectedHTTPResponseError) as caught:
            self.boto.get_vault('boto.vaults')
        self.assertEqual(404, caught.exception.status)
        self.assertEqual('ResourceNotFoundException', caught.exception.code)

    def test_notifications(self):
        vault = self.boto.create_vault('boto-notifications')
        layer1 = self.boto.layer1
        config = {'SNSTopic': f'arn:aws:sns:{programs.REGION}:{programs.ACCOUNT}:jobs',
                  'Events': ['ArchiveRetrievalCompleted', 'InventoryRetrievalCompleted']}
        layer1.set_vault_notifications(vault.name, config)
        shown = layer1.get_vault_notifications(vault.name)
        self.assertEqual(config, {name: shown[name] for name in ('SNSTopic', 'Events')})
        layer1.set_vault_notifications(vault.name, {**config, 'Events': config['Events'][1:]})
        self.assertEqual(config['Events'][1:], layer1.get_vault_notifications(vault.name)['Events'])

        layer1.delete_vault_notifications(vault.name)
        layer1.delete_vault_notifications(vault.name)
        with self.assertRaises(UnexpectedHTTPResponseError) as caught:
            layer1.get_vault_notifications(vault.name)
        self.assertEqual((404, 'ResourceNotFoundException'),
                         (caught.exception.status, caught.exception.code))
        with self.assertRaises(UnexpectedHTTPResponseError) as caught:
            layer1.set_vault_notifications(vault.name, {**config, 'Events': ['ArchiveUploaded']})
        self.assertEqual((400, 'InvalidParameterValueException'),
                         (caught.exception.status, caught.exception.code))

    def test_wrong_secret_key(self):
        with self.assertRaises(UnexpectedHTTPResponseError) as caught:
            self.connect(secret_key='wrong').list_vaults()
        self.assertEqual(403, caught.exception.status)
        self.assertEqual('InvalidSignatureException', caught.exception.code)

    def test_concurrent_upload_of_boto_comes_back_through_the_command(self):
        vault = self.boto.create_vault('boto-concurrent')
        path = programs.make_file(self.place / 'concurrent.bin', 2 * PART_SIZE + MIB + 777)
        description = 'by  boto, two  spaces'
        uploader = boto.glacier.concurrent.ConcurrentUploader(
            self.boto.layer1, vault.name, part_size=PART_SIZE, num_threads=3)
        archive_id = uploader.upload(str(path), description)

        self.assertEqual([], self.boto.layer1.list_multipart_uploads(vault.name)['UploadsList'])
        archive = self.inventory(vault)[archive_id]
        self.assertEqual(description, archive['ArchiveDescription'])
        self.assertEqual(path.stat().st_size, archive['Size'])
        self.assertEqual(programs.tree_hash_of_file(path), archive['SHA256TreeHash'])
        self.assertEqual(1, self.boto.get_vault(vault.name).number_of_archives)
        self.retrieve_with_command(vault, archive_id, path)

    def test_single_upload_of_boto_comes_back_through_the_command(self):
        vault = self.boto.create_vault('boto-single')
        for size in (1, MIB, 3 * MIB + 5):
            with self.subTest(size=size):
                path = programs.make_file(self.place / f'{size}.bin', size, seed=size)
                archive_id = vault.upload_archive(str(path), description='in one request')
                self.retrieve_with_command(vault, archive_id, path)

    def test_parts_of_an_open_upload(self):
        vault = self.boto.create_vault('boto-parts')
        path = programs.make_file(self.place / 'parts.bin', 2 * MIB + 11)
        content = path.read_bytes()
        writer = vault.create_archive_writer(part_size=MIB, description='part by part')
        writer.write(content)

        uploads = self.boto.layer1.list_multipart_uploads(vault.name)['UploadsList']
        self.assertEqual([writer.upload_id], [each['MultipartUploadId'] for each in uploads])
        self.assertEqual('part by part', uploads[0]['ArchiveDescription'])
        parts = vault.list_all_parts(writer.upload_id)
        self.assertEqual(MIB, parts['PartSizeInBytes'])
        # The writer keeps the last part back until it is closed.
        self.assertEqual(
            [{'RangeInBytes': f'{at}-{at + MIB - 1}',
              'SHA256TreeHash': programs.tree_hash(content[at:at + MIB])} for at in (0, MIB)],
            parts['Parts'])

        writer.close()
        self.assertEqual([], self.boto.layer1.list_multipart_uploads(vault.name)['UploadsList'])
        self.retrieve_with_command(vault, writer.get_archive_id(), path)

        upload_id = self.boto.layer1.initiate_multipart_upload(vault.name, MIB)['UploadId']
        self.boto.layer1.abort_multipart_upload(vault.name, upload_id)
        self.assertEqual([], self.boto.layer1.list_multipart_uploads(vault.name)['UploadsList'])

    def test_file_objects_go_up_through_the_writer(self):
        vault = self.boto.create_vault('boto-file-objects')
        path = programs.make_file(self.place / 'object.bin', PART_SIZE + 3)
        upload_ids = []
        with open(path, 'rb') as file:
            archive_id = vault.create_archive_from_file(
                file_obj=file, description='an object', upload_id_callback=upload_ids.append)
        self.assertEqual(1, len(upload_ids))
        by_name = vault.create_archive_from_file(str(path), description='a name')
        together = vault.concurrent_create_archive_from_file(str(path), 'together', num_threads=2)
        listed = self.inventory(vault)
        self.assertEqual({archive_id: 'an object', by_name: 'a name', together: 'together'},
                         {each: listed[each]['ArchiveDescription'] for each in listed})
        self.assertEqual({programs.tree_hash_of_file(path)},
                         {each['SHA256TreeHash'] for each in listed.values()})

    def test_an_interrupted_upload_is_resumed(self):
        vault = self.boto.create_vault('boto-resume')
        content = programs.make_file(self.place / 'resume.bin', 2 * MIB + 9).read_bytes()
        writer = vault.create_archive_writer(part_size=MIB, description='resumed')
        writer.write(content[:MIB + 1])
        self.assertEqual(MIB, writer.current_uploaded_size)
        self.assertEqual(programs.tree_hash(content[:MIB]), writer.current_tree_hash.hex())
        # The process ends here. Another one has the upload's id and the file.
        sent = []
        with unittest.mock.patch.object(
                self.boto.layer1, 'upload_part', autospec=True,
                side_effect=lambda *arguments: sent.append(arguments[4]) or
                boto.glacier.layer1.Layer1.upload_part(self.boto.layer1, *arguments)):
            archive_id = vault.resume_archive_from_file(writer.upload_id, file_obj=TextOfBytes(content))
        self.assertEqual([(MIB, 2 * MIB - 1), (2 * MIB, 2 * MIB + 8)], sent)
        archive = self.inventory(vault)[archive_id]
        self.assertEqual((programs.tree_hash(content), len(content), 'resumed'),
                         (archive['SHA256TreeHash'], archive['Size'], archive['ArchiveDescription']))

        # A file with another first part: boto sends that again, and the service takes the new one.
        other = b'x' * MIB + content[MIB:]
        writer = vault.create_archive_writer(part_size=MIB)
        writer.write(content[:MIB + 1])
        archive_id = vault.resume_archive_from_file(writer.upload_id, file_obj=TextOfBytes(other))
        self.assertEqual(programs.tree_hash(other), self.inventory(vault)[archive_id]['SHA256TreeHash'])

    def test_errors_have_status_code_and_body(self):
        error = self.assert_refused(404, 'ResourceNotFoundException',
                                    self.boto.layer1.describe_vault, 'boto.absent')
        message = ('Vault not found for ARN: '
                   f'arn:aws:glacier:{programs.REGION}:{programs.ACCOUNT}:vaults/boto.absent')
        self.assertEqual({'code': 'ResourceNotFoundException', 'message': message, 'type': 'Client'},
                         json.loads(error.body))
        self.assertEqual(f'Expected 200, got (404, code=ResourceNotFoundException, message={message})',
                         str(error))
        vault = self.boto.create_vault('boto-errors')
        self.assert_refused(400, 'InvalidParameterValueException',
                            self.boto.layer1.initiate_multipart_upload, vault.name, MIB + 1)
        self.assert_refused(404, 'ResourceNotFoundException', vault.get_job, 'a' * 92)
        self.assert_refused(404, 'ResourceNotFoundException', vault.list_all_parts, 'a' * 92)
        self.assert_refused(400, 'InvalidParameterValueException',
                            self.boto.layer1.list_jobs, vault.name, status_code='Lost')

    def test_jobs_and_inventories_in_portions(self):
        vault = self.boto.create_vault('boto-portions')
        path = programs.make_file(self.place / 'small.bin', 10)
        archives = {vault.upload_archive(str(path), description=str(number)) for number in range(3)}
        self.assert_refused(400, 'InvalidParameterValueException', vault.retrieve_inventory,
                            start_date=datetime.datetime(2020, 1, 1))
        job = vault.get_job(vault.retrieve_inventory(limit=2, description='two'))
        self.assertEqual(('InventoryRetrieval', True, 'two'),
                         (job.action, job.completed, job.description))
        described = self.boto.layer1.describe_job(vault.name, job.id)['InventoryRetrievalParameters']
        self.assertEqual('2', described['Limit'])
        listed = [each['ArchiveId'] for each in job.get_output()['ArchiveList']]
        self.assertEqual(2, len(listed))
        parameters = {'Type': 'inventory-retrieval',
                      'InventoryRetrievalParameters': {'Marker': described['Marker']}}
        rest = vault.get_job(self.boto.layer1.initiate_job(vault.name, parameters)['JobId'])
        listed += [each['ArchiveId'] for each in rest.get_output()['ArchiveList']]
        self.assertEqual((3, archives), (len(listed), set(listed)))

        archive = vault.retrieve_archive(listed[0])
        for byte_range in ((0, 9), (2, 4), (9, 9)):
            output = archive.get_output(byte_range)
            self.assertEqual(206, output.status)
            self.assertEqual(path.read_bytes()[byte_range[0]:byte_range[1] + 1], output.read())
        with mended():
            written = io.BytesIO()
            archive.download_to_fileobj(written)
        self.assertEqual(path.read_bytes(), written.getvalue())

    def test_layer2_and_account_id(self):
        vault = self.boto.create_vault('boto-layer2')
        again = self.boto.get_vault('boto-layer2')
        self.assertEqual((vault.arn, vault.creation_date, repr(vault)),
                         (again.arn, again.creation_date, repr(again)))
        self.boto.layer1.account_id = programs.ACCOUNT
        self.assertEqual(vault.arn, self.boto.get_vault('boto-layer2').arn)
        self.boto.layer1.account_id = '999999999999'
        self.assert_refused(403, 'AccessDeniedException', self.boto.get_vault, 'boto-layer2')
        self.boto.layer1.account_id = '-'
        self.boto.delete_vault('boto-layer2')
        self.assert_refused(404, 'ResourceNotFoundException', self.boto.get_vault, 'boto-layer2')

    def test_upload_of_the_command_comes_back_through_boto(self):
        vault = self.boto.create_vault('boto-back')
        path = programs.make_file(self.place / 'back.bin', 2 * PART_SIZE + MIB + 777, seed=2)
        archive_id = self.succeed('upload', path, '--vault', vault.name, '--part-size', MIB,
                                  '--description', 'by the command').stdout.strip()

        job = self.wait_for(vault, vault.retrieve_archive(archive_id, description='for  boto'))
        self.assertEqual('for  boto', job.description)
        self.assertEqual(archive_id, job.archive_id)
        self.assertEqual(path.stat().st_size, job.archive_size)
        self.assertEqual(programs.tree_hash_of_file(path), job.sha256_treehash)
        self.assertIn(job.id, [each.id for each in vault.list_jobs(completed=True)])
        self.assertEqual([], vault.list_jobs(status_code='Failed'))

        with mended():
            concurrent = self.place / 'concurrent.retrieved'
            boto.glacier.concurrent.ConcurrentDownloader(
                job, part_size=PART_SIZE, num_threads=3).download(str(concurrent))
            self.assert_same_bytes(path, concurrent)

            # The last range that boto asks for goes beyond the end of the archive.
            sequential = self.place / 'sequential.retrieved'
            job.download_to_file(str(sequential), chunk_size=2 * MIB)
            self.assert_same_bytes(path, sequential)

            whole = job.get_output(validate_checksum=True)
            self.assertEqual(programs.tree_hash_of_file(path), whole['TreeHash'])
            self.assertTrue(path.read_bytes() == whole.read())

    def test_deleted_archive_leaves_the_inventory(self):
        vault = self.boto.create_vault('boto-delete')
        path = programs.make_file(self.place / 'delete.bin', 100)
        kept, deleted = [self.succeed('upload', path, '--vault', vault.name).stdout.strip()
                         for _ in range(2)]
        self.assertEqual({kept, deleted}, set(self.inventory(vault)))
        with self.assertRaises(UnexpectedHTTPResponseError) as caught:
            vault.delete()
        self.assertEqual('InvalidParameterValueException', caught.exception.code)
        vault.delete_archive(deleted)
        self.assertEqual({kept}, set(self.inventory(vault)))
        with self.assertRaises(UnexpectedHTTPResponseError) as caught:
            vault.retrieve_archive(deleted)
        self.assertEqual(404, caught.exception.status)
        self.assertEqual('ResourceNotFoundException', json.loads(caught.exception.body)['code'])


if __name__ == '__main__':
    unittest.main(verbosity=2, warnings='ignore')

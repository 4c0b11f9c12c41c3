"""Unmodified boto against the emulator, and archives that go from boto to the command and back.

Boto's own faults under Python 3 are worked around in `mended`, for the calls that need it only.
"""

import binascii
import contextlib
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


class BotoTest(programs.ProgramTest):

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

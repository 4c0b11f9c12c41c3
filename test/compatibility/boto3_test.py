"""Unmodified boto3 against the emulator: every operation, every paginator and both waiters."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

import programs  # noqa: E402
from programs import ACCOUNT, MIB, REGION  # noqa: E402

# Boto3 reads the user's files and the environment when it is imported.
programs.isolate()

try:
    import boto3  # noqa: F401
    from botocore.exceptions import ClientError, WaiterError
except ImportError as error:
    sys.exit(f'boto3 is missing ({error}): install python3-boto3, for instance with ./dev setup')

TOPIC = f'arn:aws:sns:{REGION}:{ACCOUNT}:jobs'
DATE = r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$'


class Boto3Test(programs.ProgramTest):

    emulator_options = ('--job-delay', 0, '--inventory-period', 0, '--tags-per-vault', 3)

    def setUp(self):
        super().setUp()
        self.connect(self.emulator)

    def connect(self, emulator):
        self.client = self.boto3_client(emulator)
        self.called = set()
        self.client.meta.events.register(
            'before-call.glacier', lambda model, **_: self.called.add(model.name))

    def make_vault(self, name):
        self.client.create_vault(vaultName=name)
        return name

    def assert_refused(self, code, status, call, **arguments):
        """The call is refused; returns the message."""
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        response = caught.exception.response
        self.assertEqual((code, status), (response['Error']['Code'],
                                          response['ResponseMetadata']['HTTPStatusCode']), response)
        return response['Error']['Message']

    def status_of(self, answer):
        return answer['ResponseMetadata']['HTTPStatusCode']

    # -----------------------------------------------------------------------------------------
    # One group of operations each

    def use_vaults(self, vault):
        arn = f'arn:aws:glacier:{REGION}:{ACCOUNT}:vaults/{vault}'
        created = self.client.create_vault(vaultName=vault)
        self.assertEqual(f'/{ACCOUNT}/vaults/{vault}', created['location'])
        self.assertEqual(arn, self.client.describe_vault(vaultName=vault)['VaultARN'])
        listed = self.client.list_vaults(limit='10')['VaultList']
        self.assertEqual([arn], [each['VaultARN'] for each in listed])

    def use_notifications(self, vault):
        config = {'SNSTopic': TOPIC, 'Events': ['InventoryRetrievalCompleted',
                                                'ArchiveRetrievalCompleted']}
        self.assert_refused('ResourceNotFoundException', 404,
                            self.client.get_vault_notifications, vaultName=vault)
        self.client.set_vault_notifications(vaultName=vault, vaultNotificationConfig=config)
        shown = self.client.get_vault_notifications(vaultName=vault)
        self.assertEqual(config, shown['vaultNotificationConfig'])
        self.client.delete_vault_notifications(vaultName=vault)
        message = self.assert_refused('ResourceNotFoundException', 404,
                                      self.client.get_vault_notifications, vaultName=vault)
        self.assertEqual(f'No notification configuration is set for vault: {vault}', message)

    def use_access_policy(self, vault):
        policy = json.dumps({'Version': '2012-10-17', 'Statement': []}, indent=2)
        self.client.set_vault_access_policy(vaultName=vault, policy={'Policy': policy})
        shown = self.client.get_vault_access_policy(vaultName=vault)
        self.assertEqual({'Policy': policy}, shown['policy'])
        for _ in range(2):
            answer = self.client.delete_vault_access_policy(vaultName=vault)
            self.assertEqual(204, self.status_of(answer))
        self.assert_refused('ResourceNotFoundException', 404,
                            self.client.get_vault_access_policy, vaultName=vault)
        self.assert_refused('InvalidParameterValueException', 400,
                            self.client.set_vault_access_policy, vaultName=vault,
                            policy={'Policy': 'no JSON'})

    def use_lock(self, vault):
        policy = json.dumps({'Version': '2012-10-17', 'Statement': []})
        message = self.assert_refused('InvalidParameterValueException', 400,
                                      self.client.initiate_vault_lock, vaultName=vault,
                                      policy={'Policy': '[]'})
        self.assertEqual('The specified vault lock policy is invalid. Provide a valid policy.',
                         message)
        self.client.initiate_vault_lock(vaultName=vault, policy={'Policy': policy})
        self.client.abort_vault_lock(vaultName=vault)
        self.assert_refused('ResourceNotFoundException', 404,
                            self.client.get_vault_lock, vaultName=vault)
        lock = self.client.initiate_vault_lock(vaultName=vault, policy={'Policy': policy})['lockId']
        shown = self.client.get_vault_lock(vaultName=vault)
        self.assertEqual((policy, 'InProgress'), (shown['Policy'], shown['State']))
        self.assertRegex(shown['CreationDate'], DATE)
        self.assertRegex(shown['ExpirationDate'], DATE)
        self.client.complete_vault_lock(vaultName=vault, lockId=lock)
        shown = self.client.get_vault_lock(vaultName=vault)
        self.assertEqual('Locked', shown['State'])
        self.assertNotIn('ExpirationDate', shown)
        self.assert_refused('AccessDeniedException', 403,
                            self.client.abort_vault_lock, vaultName=vault)

    def use_tags(self, vault):
        self.assertEqual({}, self.client.list_tags_for_vault(vaultName=vault)['Tags'])
        tags = {'owner': 'Änne', 'box': '7', 'empty': ''}
        self.client.add_tags_to_vault(vaultName=vault, Tags=tags)
        self.assertEqual(tags, self.client.list_tags_for_vault(vaultName=vault)['Tags'])
        message = self.assert_refused('LimitExceededException', 400, self.client.add_tags_to_vault,
                                      vaultName=vault, Tags={'one': 'more'})
        self.assertIn('quota', message)
        self.client.remove_tags_from_vault(vaultName=vault, TagKeys=['box', 'empty', 'absent'])
        self.assertEqual({'owner': 'Änne'},
                         self.client.list_tags_for_vault(vaultName=vault)['Tags'])

    def use_archives(self, vault):
        content = b'a,b\n1,2\n'
        uploaded = self.client.upload_archive(vaultName=vault, archiveDescription='two lines',
                                              body=content)
        self.assertEqual(programs.tree_hash(content), uploaded['checksum'])
        unwanted = self.client.upload_archive(vaultName=vault, body=b'unwanted')['archiveId']
        self.client.delete_archive(vaultName=vault, archiveId=unwanted)
        return uploaded['archiveId'], content

    def use_multipart_uploads(self, vault):
        content = programs.make_file(self.place / 'parts.bin', MIB + 5).read_bytes()
        unwanted = self.client.initiate_multipart_upload(vaultName=vault, partSize=str(MIB))
        self.client.abort_multipart_upload(vaultName=vault, uploadId=unwanted['uploadId'])
        upload = self.client.initiate_multipart_upload(vaultName=vault, partSize=str(MIB))['uploadId']
        for at in (0, MIB):
            part = content[at:at + MIB]
            answer = self.client.upload_multipart_part(
                vaultName=vault, uploadId=upload, body=part,
                range=f'bytes {at}-{at + len(part) - 1}/*')
            self.assertEqual(programs.tree_hash(part), answer['checksum'])
        self.assertEqual(2, len(self.client.list_parts(vaultName=vault, uploadId=upload)['Parts']))
        listed = self.client.list_multipart_uploads(vaultName=vault)['UploadsList']
        self.assertEqual([upload], [each['MultipartUploadId'] for each in listed])
        completed = self.client.complete_multipart_upload(
            vaultName=vault, uploadId=upload, archiveSize=str(len(content)),
            checksum=programs.tree_hash(content))
        self.assertEqual(programs.tree_hash(content), completed['checksum'])

    def use_jobs(self, vault, archive, content):
        job = self.client.initiate_job(vaultName=vault, jobParameters={
            'Type': 'archive-retrieval', 'ArchiveId': archive, 'SNSTopic': TOPIC})['jobId']
        described = self.client.describe_job(vaultName=vault, jobId=job)
        self.assertEqual(('Succeeded', TOPIC), (described['StatusCode'], described['SNSTopic']))
        listed = self.client.list_jobs(vaultName=vault, statuscode='Succeeded')['JobList']
        self.assertEqual([job], [each['JobId'] for each in listed])
        output = self.client.get_job_output(vaultName=vault, jobId=job)
        self.assertEqual('two lines', output['archiveDescription'])
        self.assertEqual(content, output['body'].read())

    def use_account(self):
        shown = self.client.get_data_retrieval_policy()
        self.assertEqual({'Rules': [{'Strategy': 'None'}]}, shown['Policy'])
        policy = {'Rules': [{'Strategy': 'BytesPerHour', 'BytesPerHour': 2 ** 63 - 1}]}
        self.client.set_data_retrieval_policy(Policy=policy)
        self.assertEqual(policy, self.client.get_data_retrieval_policy()['Policy'])
        self.assert_refused('InvalidParameterValueException', 400,
                            self.client.set_data_retrieval_policy, Policy={'Rules': []})

        self.assertEqual([], self.client.list_provisioned_capacity()['ProvisionedCapacityList'])
        bought = [self.client.purchase_provisioned_capacity()['capacityId'] for _ in range(2)]
        self.assert_refused('LimitExceededException', 400,
                            self.client.purchase_provisioned_capacity)
        listed = self.client.list_provisioned_capacity()['ProvisionedCapacityList']
        self.assertEqual(bought, [each['CapacityId'] for each in listed])
        self.assertRegex(listed[0]['StartDate'], DATE)
        self.assertRegex(listed[0]['ExpirationDate'], r'\.000Z$')

    def test_every_operation(self):
        # One of its own, on which nothing of the account is set yet.
        self.connect(self.start_emulator('--tls', *self.emulator_options))
        vault = 'boto3'
        self.use_vaults(vault)
        self.use_notifications(vault)
        self.use_access_policy(vault)
        self.use_lock(vault)
        self.use_tags(vault)
        archive, content = self.use_archives(vault)
        self.use_multipart_uploads(vault)
        self.use_jobs(vault, archive, content)
        self.use_account()
        self.client.delete_vault(vaultName=self.make_vault('boto3-empty'))

        self.assertEqual(33, len(self.called))
        self.assertEqual(set(self.client.meta.service_model.operation_names), self.called)

    # -----------------------------------------------------------------------------------------
    # What boto3 makes of several calls

    def pages_of(self, operation, size, **arguments):
        paginator = self.client.get_paginator(operation)
        return list(paginator.paginate(PaginationConfig={'PageSize': size}, **arguments))

    def test_paginators(self):
        vault = self.make_vault('boto3-pages')
        for number in range(12):
            self.make_vault(f'boto3-page-{number:02}')
        pages = self.pages_of('list_vaults', 5)
        names = [each['VaultName'] for page in pages for each in page['VaultList']]
        self.assertEqual([f'boto3-page-{number:02}' for number in range(12)],
                         [name for name in names if name.startswith('boto3-page-')])
        self.assertEqual(sorted(set(names)), names)

        uploads = [self.client.initiate_multipart_upload(vaultName=vault,
                                                         partSize=str(MIB))['uploadId']
                   for _ in range(3)]
        pages = self.pages_of('list_multipart_uploads', 2, vaultName=vault)
        self.assertEqual([uploads[:2], uploads[2:]],
                         [[each['MultipartUploadId'] for each in page['UploadsList']]
                          for page in pages])

        for at in range(3):
            self.client.upload_multipart_part(
                vaultName=vault, uploadId=uploads[0], body=b'x' * MIB,
                range=f'bytes {at * MIB}-{(at + 1) * MIB - 1}/*')
        pages = self.pages_of('list_parts', 2, vaultName=vault, uploadId=uploads[0])
        self.assertEqual([[0, MIB], [2 * MIB]],
                         [[int(each['RangeInBytes'].split('-')[0]) for each in page['Parts']]
                          for page in pages])

        jobs = [self.client.initiate_job(vaultName=vault, jobParameters={
            'Type': 'inventory-retrieval'})['jobId'] for _ in range(3)]
        pages = self.pages_of('list_jobs', 2, vaultName=vault)
        self.assertEqual([jobs[:2], jobs[2:]],
                         [[each['JobId'] for each in page['JobList']] for page in pages])

    def test_waiters(self):
        vault = self.make_vault('boto3-waiters')
        at_once = {'Delay': 0, 'MaxAttempts': 2}
        self.client.get_waiter('vault_exists').wait(vaultName=vault, WaiterConfig=at_once)
        with self.assertRaises(WaiterError):
            self.client.get_waiter('vault_not_exists').wait(vaultName=vault, WaiterConfig=at_once)
        self.client.delete_vault(vaultName=vault)
        self.client.get_waiter('vault_not_exists').wait(vaultName=vault, WaiterConfig=at_once)
        with self.assertRaises(WaiterError):
            self.client.get_waiter('vault_exists').wait(vaultName=vault, WaiterConfig=at_once)

    def test_select_job(self):
        vault = self.make_vault('boto3-select')
        archive = self.client.upload_archive(vaultName=vault, body=b'a,b\n')['archiveId']
        parameters = {
            'Expression': 'SELECT * FROM archive', 'ExpressionType': 'SQL',
            'InputSerialization': {'csv': {'FileHeaderInfo': 'USE', 'RecordDelimiter': '\n'}},
            'OutputSerialization': {'csv': {'QuoteFields': 'ASNEEDED'}}}
        location = {'S3': {
            'BucketName': 'results', 'Prefix': '2026', 'CannedACL': 'private',
            'Encryption': {'EncryptionType': 'aws:kms', 'KMSKeyId': 'key'},
            'AccessControlList': [{'Grantee': {'Type': 'CanonicalUser', 'ID': 'ann'},
                                   'Permission': 'READ'}],
            'Tagging': {'box': '7'}, 'UserMetadata': {'shelf': 'top'},
            'StorageClass': 'STANDARD_IA'}}
        started = self.client.initiate_job(vaultName=vault, jobParameters={
            'Type': 'select', 'ArchiveId': archive, 'Tier': 'Bulk',
            'SelectParameters': parameters, 'OutputLocation': location})
        job = started['jobId']
        self.assertEqual(f'2026/{job}/', started['jobOutputPath'])
        described = self.client.describe_job(vaultName=vault, jobId=job)
        self.assertEqual(('Select', 'Bulk', archive, f'2026/{job}/'),
                         (described['Action'], described['Tier'], described['ArchiveId'],
                          described['JobOutputPath']))
        self.assertEqual(parameters, described['SelectParameters'])
        self.assertEqual(location, described['OutputLocation'])
        self.assertEqual('Failed', described['StatusCode'])
        self.assertIn('neither SQL nor S3', described['StatusMessage'])
        listed = self.client.list_jobs(vaultName=vault, statuscode='Failed')['JobList']
        self.assertEqual([described['JobOutputPath']], [each['JobOutputPath'] for each in listed])
        self.assert_refused('InvalidParameterValueException', 400, self.client.get_job_output,
                            vaultName=vault, jobId=job)
        message = self.assert_refused(
            'MissingParameterValueException', 400, self.client.initiate_job, vaultName=vault,
            jobParameters={'Type': 'select', 'ArchiveId': archive, 'OutputLocation': location})
        self.assertEqual('Required parameter missing: SelectParameters', message)


if __name__ == '__main__':
    unittest.main(verbosity=2)

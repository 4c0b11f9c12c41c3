"""Unmodified boto3 against the emulator: every operation, every paginator, both waiters, and every resource."""

import io
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
    import boto3
    from botocore.config import Config
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
        self.own_emulator = self.start_emulator('--tls', *self.emulator_options)
        self.connect(self.own_emulator)
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
        self.assert_guide_tells('boto3', self.own_emulator)

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

    def test_typed_exceptions(self):
        vault = self.make_vault('boto3-exceptions')
        exceptions = self.client.exceptions
        with self.assertRaises(exceptions.ResourceNotFoundException) as caught:
            self.client.describe_vault(vaultName='boto3-absent')
        # Members of the modelled error.
        self.assertEqual(('ResourceNotFoundException', 'Client'),
                         (caught.exception.response['code'], caught.exception.response['type']))
        self.assertEqual(47, len(caught.exception.response['ResponseMetadata']['RequestId']))
        with self.assertRaises(exceptions.InvalidParameterValueException):
            self.client.list_vaults(limit='0')
        with self.assertRaises(exceptions.LimitExceededException):
            self.client.add_tags_to_vault(vaultName=vault, Tags={str(n): '' for n in range(4)})
        with self.assertRaises(exceptions.MissingParameterValueException):
            self.client.initiate_job(vaultName=vault, jobParameters={'Type': 'archive-retrieval'})

    def test_account_ids(self):
        self.make_vault('boto3-accounts')
        arns = {self.client.describe_vault(accountId=account, vaultName='boto3-accounts')['VaultARN']
                for account in ('-', ACCOUNT)}
        self.assertEqual({f'arn:aws:glacier:{REGION}:{ACCOUNT}:vaults/boto3-accounts'}, arns)
        self.assert_refused('AccessDeniedException', 403, self.client.describe_vault,
                            accountId='999999999999', vaultName='boto3-accounts')

    def test_bodies_and_their_checksums(self):
        vault = self.make_vault('boto3-bodies')
        path = programs.make_file(self.place / 'body', 2 * MIB + 3)
        content = path.read_bytes()
        hashes = []
        self.client.meta.events.register(
            'before-call.glacier.UploadArchive', lambda params, **_: hashes.append(params['headers']))
        with open(path, 'rb') as file:
            of_file = self.client.upload_archive(vaultName=vault, body=file)
        of_memory = self.client.upload_archive(vaultName=vault, body=io.BytesIO(content))
        # What botocore has computed is what the service has.
        self.assertEqual([programs.tree_hash(content)] * 2,
                         [each['x-amz-sha256-tree-hash'] for each in hashes])
        self.assertEqual([programs.tree_hash(content)] * 2,
                         [of_file['checksum'], of_memory['checksum']])
        self.assert_refused('InvalidParameterValueException', 400, self.client.upload_archive,
                            vaultName=vault, body=b'a', checksum=programs.tree_hash(b'b'))

        job = self.client.initiate_job(vaultName=vault, jobParameters={
            'Type': 'archive-retrieval', 'ArchiveId': of_file['archiveId']})['jobId']
        output = self.client.get_job_output(vaultName=vault, jobId=job)
        self.assertEqual(programs.tree_hash(content), output['checksum'])
        blocks = list(output['body'].iter_chunks(MIB))
        self.assertEqual((content, MIB), (b''.join(blocks), len(blocks[0])))
        ranged = self.client.get_job_output(vaultName=vault, jobId=job, range=f'bytes={MIB}-')
        self.assertEqual((206, f'bytes {MIB}-{2 * MIB + 2}/{2 * MIB + 3}'),
                         (ranged['status'], ranged['contentRange']))
        self.assertEqual(content[MIB:], ranged['body'].read())

    def test_a_service_that_was_away_is_tried_again(self):
        emulator = self.start_emulator('--tls', *self.emulator_options)
        gone = programs.ClosedPort()
        self.addCleanup(gone.close)
        client = boto3.session.Session().client(
            'glacier', endpoint_url=f'https://127.0.0.1:{gone.port}', region_name=REGION,
            verify=emulator.ca_bundle, aws_access_key_id=programs.ACCESS_KEY,
            aws_secret_access_key=programs.SECRET_KEY,
            config=Config(retries={'total_max_attempts': 2}, connect_timeout=20, read_timeout=20))
        self.addCleanup(client.close)
        tried = []

        def send_elsewhere(request, **_):
            # The second attempt goes where the service is, as after a change of its name.
            tried.append(request.url)
            if len(tried) == 2:
                request.url = request.url.replace(str(gone.port), str(emulator.port))

        client.meta.events.register('before-sign.glacier.CreateVault', send_elsewhere)
        created = client.create_vault(vaultName='boto3-again')
        self.assertEqual((2, 1), (len(tried), created['ResponseMetadata']['RetryAttempts']))

    # -----------------------------------------------------------------------------------------
    # Resources

    def actions_of(self, resource):
        """The actions of a resource, and what it leads to, by the names of its model."""
        model = resource.meta.resource_model
        return ({each.name for each in model.actions} | {each.name for each in model.collections} |
                {each.name for each in model.subresources} | {each.name for each in model.references})

    def test_every_resource(self):
        # One of its own, so that its log tells what the resources have done.
        emulator = self.start_emulator('--tls', *self.emulator_options)
        glacier = boto3.session.Session().resource(
            'glacier', endpoint_url=emulator.url, region_name=REGION, verify=emulator.ca_bundle,
            aws_access_key_id=programs.ACCESS_KEY, aws_secret_access_key=programs.SECRET_KEY)
        self.addCleanup(glacier.meta.client.close)

        account = glacier.Account('-')
        vault = account.create_vault(vaultName='resource')
        self.assertEqual(('-', 'resource'), (vault.account_id, vault.name))
        glacier.create_vault(accountId=ACCOUNT, vaultName='another')
        glacier.Vault('-', 'third').create()
        self.assertEqual(['another', 'resource', 'third'], [each.name for each in account.vaults.all()])
        self.assertEqual(['another'], [each.name for each in account.vaults.limit(1)])
        self.assertEqual(['another', 'resource', 'third'],
                         [each.name for each in account.vaults.page_size(2)])
        self.assertEqual(3, len(list(glacier.vaults.all())))
        account.Vault('third').delete()
        with self.assertRaises(glacier.meta.client.exceptions.ResourceNotFoundException):
            glacier.Vault('-', 'third').load()
        self.assertEqual(f'arn:aws:glacier:{REGION}:{ACCOUNT}:vaults/resource', vault.vault_arn)
        self.assertEqual((0, 0), (vault.number_of_archives, vault.size_in_bytes))
        self.assertEqual('-', vault.Account().id)

        notification = vault.Notification()
        notification.set(vaultNotificationConfig={
            'SNSTopic': TOPIC, 'Events': ['ArchiveRetrievalCompleted']})
        notification.load()
        self.assertEqual((TOPIC, ['ArchiveRetrievalCompleted']),
                         (notification.sns_topic, notification.events))
        self.assertEqual(vault, notification.Vault())
        notification.delete()
        with self.assertRaises(glacier.meta.client.exceptions.ResourceNotFoundException):
            vault.Notification().load()

        content = programs.make_file(self.place / 'resource', MIB + 9).read_bytes()
        archive = vault.upload_archive(archiveDescription='a resource', body=content)
        self.assertEqual((vault, 138), (archive.Vault(), len(archive.id)))
        unwanted = vault.upload_archive(body=b'unwanted')
        vault.Archive(unwanted.id).delete()

        upload = vault.initiate_multipart_upload(partSize=str(MIB), archiveDescription='parts')
        for at in (0, MIB):
            part = content[at:at + MIB]
            upload.upload_part(body=part, range=f'bytes {at}-{at + len(part) - 1}/*')
        self.assertEqual([f'0-{MIB - 1}', f'{MIB}-{MIB + 8}'],
                         [each['RangeInBytes'] for each in upload.parts()['Parts']])
        other = vault.initiate_multipart_upload(partSize=str(MIB))
        self.assertEqual({upload.id, other.id}, {each.id for each in vault.multipart_uploads.all()})
        vault.MultipartUpload(other.id).abort()
        completed = upload.complete(archiveSize=str(len(content)),
                                    checksum=programs.tree_hash(content))
        self.assertEqual(programs.tree_hash(content), completed['checksum'])
        self.assertEqual([], list(vault.multipart_uploads.all()))
        # The model spells this one wrongly, and keeps it.
        self.assertEqual([], list(vault.multipart_uplaods.all()))
        self.assertEqual(vault, upload.Vault())

        retrieval = archive.initiate_archive_retrieval()
        inventory = vault.initiate_inventory_retrieval()
        retrieval.load()
        self.assertEqual(('ArchiveRetrieval', 'Succeeded', True, archive.id, len(content)),
                         (retrieval.action, retrieval.status_code, retrieval.completed,
                          retrieval.archive_id, retrieval.archive_size_in_bytes))
        self.assertEqual(content, retrieval.get_output()['body'].read())
        listed = json.load(vault.Job(inventory.id).get_output()['body'])['ArchiveList']
        self.assertEqual(['a resource', 'parts'],
                         sorted(each['ArchiveDescription'] for each in listed))
        both = {retrieval.id, inventory.id}
        for collection in (vault.jobs, vault.completed_jobs, vault.succeeded_jobs):
            self.assertEqual(both, {each.id for each in collection.all()})
        for collection in (vault.jobs_in_progress, vault.failed_jobs):
            self.assertEqual([], list(collection.all()))
        self.assertEqual(vault, inventory.Vault())

        # All that the model has is above; a newer boto3 with more fails here.
        self.assertEqual([8, 17, 3, 2, 5, 3], [len(self.actions_of(each)) for each in (
            glacier, vault, archive, retrieval, upload, notification)])
        self.assert_guide_tells('boto3 resources', emulator)

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

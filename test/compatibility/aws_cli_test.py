"""The AWS CLI against the emulator, and archives that go from it to the command and back.

One run of the AWS CLI takes a second, most of it for its own start, so each call here earns its
place, and calls that do not depend on each other run side by side.
"""

import concurrent.futures
import json
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

import programs  # noqa: E402
from programs import MIB  # noqa: E402

AWS = '/usr/bin/aws'
SERVICE_ERROR = 254


class AwsCliTest(programs.ProgramTest):

    emulator_options = ('--job-delay', 0, '--inventory-period', 0)

    # The operations that the AWS CLI has done with success. The command uses the same emulator, so its log
    # does not tell.
    exercised = set()

    @classmethod
    def setUpClass(cls):
        if not os.path.exists(AWS):
            raise RuntimeError(f'{AWS} is missing: install awscli, for instance with ./dev setup')
        super().setUpClass()

    def run_aws(self, operation, *arguments, environment=None):
        variables = {
            'AWS_ACCESS_KEY_ID': programs.ACCESS_KEY, 'AWS_SECRET_ACCESS_KEY': programs.SECRET_KEY,
            'AWS_CA_BUNDLE': self.emulator.ca_bundle, 'AWS_DEFAULT_REGION': programs.REGION,
            'AWS_PAGER': '', 'PYTHONDONTWRITEBYTECODE': 1,
            **(environment or {})}
        command = [AWS, '--endpoint-url', self.emulator.url, '--output', 'json',
                   'glacier', operation, *arguments[:operation == 'wait'], '--account-id', '-',
                   *arguments[operation == 'wait':]]
        finished = programs.Running(command, programs.clean_environment(self.home, variables),
                                    self.place).finish()
        if finished.exit_code == 0 and operation != 'wait':
            self.exercised.add(''.join(word.capitalize() for word in operation.split('-')))
        return finished

    def aws(self, operation, *arguments):
        """Runs the AWS CLI, which must succeed, and returns its JSON document if it prints one."""
        finished = self.run_aws(operation, *arguments)
        self.assertEqual(0, finished.exit_code, f'{finished}\n{self.emulator.log_text(20)}')
        return json.loads(finished.stdout) if finished.stdout.strip() else None

    def aws_together(self, *calls):
        """Runs independent calls side by side and returns their documents in order."""
        with concurrent.futures.ThreadPoolExecutor(max_workers=len(calls)) as executor:
            return list(executor.map(lambda call: self.aws(*call), calls))

    def upload_with_command(self, path, vault, *arguments):
        return self.succeed('upload', path, '--vault', vault, *arguments).stdout.strip()

    def retrieve_with_command(self, archive_id, vault, expected):
        output = self.place / f'{expected.name}.retrieved'
        self.succeed('retrieve', '--vault', vault, '--output', output, '--', archive_id)
        self.assert_same_bytes(expected, output)

    def wait_for_job(self, vault, job_id):
        def completed():
            job = self.aws('describe-job', '--vault-name', vault, f'--job-id={job_id}')
            return job if job['Completed'] else None

        job = programs.wait_until(completed, f'job {job_id} completes')
        self.assertEqual('Succeeded', job['StatusCode'])
        return job

    def test_vaults(self):
        created = self.aws('create-vault', '--vault-name', 'cli-vault')
        self.assertEqual(f'/{programs.ACCOUNT}/vaults/cli-vault', created['location'])
        self.create_vault('cli-other')

        described, listed, other = self.aws_together(
            ('describe-vault', '--vault-name', 'cli-vault'), ('list-vaults',),
            ('delete-vault', '--vault-name', 'cli-other'))
        self.assertIsNone(other)
        self.assertEqual('cli-vault', described['VaultName'])
        self.assertEqual(f'arn:aws:glacier:{programs.REGION}:{programs.ACCOUNT}:vaults/cli-vault',
                         described['VaultARN'])
        self.assertRegex(described['CreationDate'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$')
        self.assertIn('cli-vault', [vault['VaultName'] for vault in listed['VaultList']])

        self.assert_failure(self.glacier('vault', 'describe', 'cli-other'), programs.REFUSED,
                            'cli-other')

    def test_waiters(self):
        self.create_vault('cli-waiters')
        exists, absent = self.aws_together(
            ('wait', 'vault-exists', '--vault-name', 'cli-waiters'),
            ('wait', 'vault-not-exists', '--vault-name', 'cli-never'))
        self.assertEqual((None, None), (exists, absent))

    def test_pages(self):
        vault = self.create_vault('cli-pages')
        client = self.boto3_client()
        jobs = [client.initiate_job(vaultName=vault, jobParameters={'Type': 'inventory-retrieval'})['jobId']
                for _ in range(5)]
        in_vault = ('list-jobs', '--vault-name', vault)
        first, small_pages, by_hand = self.aws_together(
            (*in_vault, '--max-items', 3), (*in_vault, '--page-size', 2),
            (*in_vault, '--no-paginate', '--limit', 4))
        self.assertEqual(jobs[:3], [each['JobId'] for each in first['JobList']])
        self.assertEqual(jobs, [each['JobId'] for each in small_pages['JobList']])
        self.assertEqual(jobs[:4], [each['JobId'] for each in by_hand['JobList']])
        rest, by_marker = self.aws_together(
            (*in_vault, '--starting-token', first['NextToken']),
            (*in_vault, '--no-paginate', f'--marker={by_hand["Marker"]}'))
        self.assertEqual(jobs[3:], [each['JobId'] for each in rest['JobList']])
        self.assertEqual(jobs[4:], [each['JobId'] for each in by_marker['JobList']])

    def test_notifications_policy_and_tags(self):
        vault = self.create_vault('cli-settings')
        topic = f'arn:aws:sns:{programs.REGION}:{programs.ACCOUNT}:jobs'
        config = {'SNSTopic': topic, 'Events': ['InventoryRetrievalCompleted']}
        policy = json.dumps({'Version': '2012-10-17', 'Statement': []}, indent=1)
        in_vault = ('--vault-name', vault)
        self.aws_together(
            ('set-vault-notifications', *in_vault, '--vault-notification-config',
             json.dumps(config)),
            ('set-vault-access-policy', *in_vault, '--policy', json.dumps({'Policy': policy})),
            ('add-tags-to-vault', *in_vault, '--tags', 'owner=ann,box=7'))
        notifications, access, tags = self.aws_together(
            ('get-vault-notifications', *in_vault), ('get-vault-access-policy', *in_vault),
            ('list-tags-for-vault', *in_vault))
        self.assertEqual(config, notifications['vaultNotificationConfig'])
        self.assertEqual(policy, access['policy']['Policy'])
        self.assertEqual({'owner': 'ann', 'box': '7'}, tags['Tags'])

        self.aws_together(
            ('delete-vault-notifications', *in_vault), ('delete-vault-access-policy', *in_vault),
            ('remove-tags-from-vault', *in_vault, '--tag-keys', 'owner', 'absent'))
        self.assertEqual({'box': '7'}, self.aws('list-tags-for-vault', *in_vault)['Tags'])
        with concurrent.futures.ThreadPoolExecutor() as executor:
            absent = list(executor.map(lambda operation: self.run_aws(operation, *in_vault), (
                'get-vault-notifications', 'get-vault-access-policy', 'get-vault-lock')))
        for finished in absent:
            self.assertEqual(SERVICE_ERROR, finished.exit_code, finished)
            self.assertIn('(ResourceNotFoundException)', finished.stderr)
            self.assertIn(' is set for', finished.stderr)

    def test_vault_lock(self):
        vault = self.create_vault('cli-lock')
        in_vault = ('--vault-name', vault)
        policy = json.dumps({'Version': '2012-10-17', 'Statement': []})
        initiate = ('initiate-vault-lock', *in_vault, '--policy', json.dumps({'Policy': policy}))
        unwanted = self.aws(*initiate)['lockId']
        self.aws('abort-vault-lock', *in_vault)
        lock = self.aws(*initiate)['lockId']
        self.assertNotEqual(unwanted, lock)
        in_progress = self.aws('get-vault-lock', *in_vault)
        self.assertEqual((policy, 'InProgress'), (in_progress['Policy'], in_progress['State']))
        self.aws('complete-vault-lock', *in_vault, f'--lock-id={lock}')
        self.assertEqual('Locked', self.aws('get-vault-lock', *in_vault)['State'])
        refused = self.run_aws('abort-vault-lock', *in_vault)
        self.assertEqual(SERVICE_ERROR, refused.exit_code, refused)
        self.assertIn('(AccessDeniedException)', refused.stderr)

    def test_account(self):
        # Nothing else uses these.
        rules = {'Rules': [{'Strategy': 'BytesPerHour', 'BytesPerHour': 10737418240}]}
        policy, capacity = self.aws_together(('get-data-retrieval-policy',),
                                             ('list-provisioned-capacity',))
        self.assertEqual({'Rules': [{'Strategy': 'None'}]}, policy['Policy'])
        self.assertEqual([], capacity['ProvisionedCapacityList'])
        _, bought = self.aws_together(
            ('set-data-retrieval-policy', '--policy', json.dumps(rules)),
            ('purchase-provisioned-capacity',))
        policy, capacity = self.aws_together(('get-data-retrieval-policy',),
                                             ('list-provisioned-capacity',))
        self.assertEqual(rules, policy['Policy'])
        self.assertEqual([bought['capacityId']],
                         [unit['CapacityId'] for unit in capacity['ProvisionedCapacityList']])

    def test_errors_reach_the_user(self):
        with concurrent.futures.ThreadPoolExecutor() as executor:
            absent = executor.submit(self.run_aws, 'describe-vault', '--vault-name', 'cli-absent')
            refused = executor.submit(self.run_aws, 'list-vaults',
                                      environment={'AWS_SECRET_ACCESS_KEY': 'wrong'})
        self.assertEqual(SERVICE_ERROR, absent.result().exit_code, absent.result())
        self.assertIn(
            '(ResourceNotFoundException) when calling the DescribeVault operation: '
            'Vault not found for ARN: '
            f'arn:aws:glacier:{programs.REGION}:{programs.ACCOUNT}:vaults/cli-absent',
            absent.result().stderr)
        self.assertEqual(SERVICE_ERROR, refused.result().exit_code, refused.result())
        self.assertIn('(InvalidSignatureException)', refused.result().stderr)

    def test_archive_in_one_request(self):
        vault = self.create_vault('cli-single')
        path = programs.make_file(self.place / 'single.bin', 2 * MIB + 17)
        uploaded = self.aws('upload-archive', '--vault-name', vault, '--body', path,
                            '--archive-description', 'by  the CLI')
        archive_id = uploaded['archiveId']
        self.assertEqual(programs.tree_hash_of_file(path), uploaded['checksum'])
        self.assertEqual(f'/{programs.ACCOUNT}/vaults/{vault}/archives/{archive_id}',
                         uploaded['location'])
        self.retrieve_with_command(archive_id, vault, path)

        self.aws('delete-archive', '--vault-name', vault, f'--archive-id={archive_id}')
        output = self.place / 'never'
        # The output of the job that there is could still be had.
        self.assert_failure(self.glacier('retrieve', '--vault', vault, '--output', output, '--new-job',
                                         '--', archive_id), programs.REFUSED, 'not found')
        self.aws('delete-vault', '--vault-name', vault)

    def test_archive_in_parts(self):
        vault = self.create_vault('cli-parts')
        path = programs.make_file(self.place / 'parts.bin', MIB + 333)
        content = path.read_bytes()
        initiated, unwanted = self.aws_together(
            ('initiate-multipart-upload', '--vault-name', vault, '--part-size', MIB,
             '--archive-description', 'parts'),
            ('initiate-multipart-upload', '--vault-name', vault, '--part-size', 4 * MIB))
        upload_id = initiated['uploadId']
        self.assertEqual(f'/{programs.ACCOUNT}/vaults/{vault}/multipart-uploads/{upload_id}',
                         initiated['location'])

        calls = []
        expected = []
        for at in range(0, len(content), MIB):
            part = content[at:at + MIB]
            (self.place / f'part.{at}').write_bytes(part)
            calls.append(('upload-multipart-part', '--vault-name', vault,
                          f'--upload-id={upload_id}', '--body', self.place / f'part.{at}',
                          '--range', f'bytes {at}-{at + len(part) - 1}/*'))
            expected.append({'RangeInBytes': f'{at}-{at + len(part) - 1}',
                             'SHA256TreeHash': programs.tree_hash(part)})
        answers = self.aws_together(*calls)
        self.assertEqual([part['SHA256TreeHash'] for part in expected],
                         [answer['checksum'] for answer in answers])

        parts, uploads = self.aws_together(
            # When it joins pages, the CLI drops all but the list.
            ('list-parts', '--no-paginate', '--vault-name', vault, f'--upload-id={upload_id}'),
            ('list-multipart-uploads', '--vault-name', vault))
        self.assertEqual(expected, parts['Parts'])
        self.assertEqual(upload_id, parts['MultipartUploadId'])
        self.assertEqual(MIB, parts['PartSizeInBytes'])
        self.assertEqual('parts', parts['ArchiveDescription'])
        self.assertEqual({upload_id: MIB, unwanted['uploadId']: 4 * MIB},
                         {each['MultipartUploadId']: each['PartSizeInBytes']
                          for each in uploads['UploadsList']})

        completed, _ = self.aws_together(
            ('complete-multipart-upload', '--vault-name', vault, f'--upload-id={upload_id}',
             '--archive-size', len(content), '--checksum', programs.tree_hash(content)),
            ('abort-multipart-upload', '--vault-name', vault,
             f'--upload-id={unwanted["uploadId"]}'))
        self.assertEqual(programs.tree_hash(content), completed['checksum'])
        uploads = self.aws('list-multipart-uploads', '--vault-name', vault)
        self.assertEqual([], uploads['UploadsList'])
        self.retrieve_with_command(completed['archiveId'], vault, path)

    def test_archive_of_the_command_comes_back(self):
        vault = self.create_vault('cli-back')
        path = programs.make_file(self.place / 'back.bin', 3 * MIB + 4711)
        content = path.read_bytes()
        archive_id = self.upload_with_command(path, vault, '--part-size', MIB,
                                              '--description', 'from  the command')
        initiated = self.aws('initiate-job', '--vault-name', vault, '--job-parameters', json.dumps(
            {'Type': 'archive-retrieval', 'ArchiveId': archive_id, 'Description': 'get it',
             'Tier': 'Expedited'}))
        job_id = initiated['jobId']
        self.assertEqual(f'/{programs.ACCOUNT}/vaults/{vault}/jobs/{job_id}', initiated['location'])
        job = self.wait_for_job(vault, job_id)
        self.assertEqual(programs.tree_hash(content), job['SHA256TreeHash'])
        self.assertEqual(programs.tree_hash(content), job['ArchiveSHA256TreeHash'])
        self.assertEqual(len(content), job['ArchiveSizeInBytes'])
        self.assertEqual(f'0-{len(content) - 1}', job['RetrievalByteRange'])
        self.assertEqual('Expedited', job['Tier'])

        whole, part = self.place / 'whole', self.place / 'part'
        of_whole, of_part, jobs = self.aws_together(
            ('get-job-output', '--vault-name', vault, f'--job-id={job_id}', whole),
            ('get-job-output', '--vault-name', vault, f'--job-id={job_id}',
             '--range', f'bytes={2 * MIB}-{len(content) - 1}', part),
            ('list-jobs', '--vault-name', vault, '--statuscode', 'Succeeded'))
        self.assert_same_bytes(path, whole)
        self.assertEqual(200, of_whole['status'])
        self.assertEqual('bytes', of_whole['acceptRanges'])
        self.assertEqual('application/octet-stream', of_whole['contentType'])
        self.assertEqual('from  the command', of_whole['archiveDescription'])
        self.assertEqual(programs.tree_hash(content), of_whole['checksum'])
        self.assertTrue(content[2 * MIB:] == part.read_bytes())
        self.assertEqual(206, of_part['status'])
        self.assertEqual(f'bytes {2 * MIB}-{len(content) - 1}/{len(content)}',
                         of_part['contentRange'])
        self.assertEqual(programs.tree_hash(content[2 * MIB:]), of_part['checksum'])
        self.assertEqual([job_id], [each['JobId'] for each in jobs['JobList']])

    def test_inventory(self):
        vault = self.create_vault('cli-inventory')
        path = programs.make_file(self.place / 'listed.bin', 12345)
        archive_ids = [self.upload_with_command(path, vault, '--description', f'number {number}')
                       for number in range(2)]
        job_id = self.aws('initiate-job', '--vault-name', vault, '--job-parameters', json.dumps(
            {'Type': 'inventory-retrieval', 'Format': 'JSON'}))['jobId']
        job = self.wait_for_job(vault, job_id)
        self.assertEqual('InventoryRetrieval', job['Action'])
        self.assertEqual('JSON', job['InventoryRetrievalParameters']['Format'])

        output = self.place / 'inventory.json'
        answer = self.aws('get-job-output', '--vault-name', vault, f'--job-id={job_id}', output)
        self.assertEqual('application/json', answer['contentType'])
        self.assertNotIn('checksum', answer)
        self.assertEqual(output.stat().st_size, job['InventorySizeInBytes'])
        inventory = json.loads(output.read_text())
        self.assertEqual(job['VaultARN'], inventory['VaultARN'])
        self.assertEqual(
            [(archive_id, f'number {number}', 12345, programs.tree_hash_of_file(path))
             for number, archive_id in enumerate(archive_ids)],
            sorted(((archive['ArchiveId'], archive['ArchiveDescription'], archive['Size'],
                     archive['SHA256TreeHash']) for archive in inventory['ArchiveList']),
                   key=lambda archive: archive[1]))


class CoverageTest(programs.ProgramTest):
    """Last: what all the others have done."""

    def test_the_guide_tells_what_was_exercised(self):
        if sys.argv[1:]:
            self.skipTest('only some of the tests were run')
        self.assert_guide_tells('AWS CLI', AwsCliTest.exercised)


if __name__ == '__main__':
    unittest.main(verbosity=2)

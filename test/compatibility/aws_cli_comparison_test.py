"""`glacier api` against the AWS CLI: the same words give the same bytes on standard output.

Every operation is called with both, over TLS and on one emulator. What changes nothing is asked of the
same resource, and the two outputs must be equal as they are. What changes something is done to twins, of
which one belongs to each program; then ids, dates and the names of the twins are replaced first.

One run of the AWS CLI takes a second, most of it for its own start, so calls that do not depend on each
other run side by side.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

import programs  # noqa: E402
from programs import MIB  # noqa: E402

AWS = '/usr/bin/aws'
MODEL = pathlib.Path(__file__).resolve().parent.parent / 'data/aws-model/service-2.json'
DATE = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z')
POLICY = '{"Version":"2012-10-17", "Statement":[{"Sid":"gr\u00fc\u00dfe", "Effect":"Deny",' \
         '"Principal":"*","Action":"glacier:DeleteArchive","Resource":"%s",' \
         '"Condition":{"NumericLessThan":{"glacier:ArchiveAgeInDays":"365"}}}]}'


class Twin:
    """What belongs to one of the two programs."""

    def __init__(self, program, run, prefix):
        self.program = program
        self.run = run
        self.vault = f'{prefix}-of-{program}'
        self.arn = f'arn:aws:glacier:{programs.REGION}:{programs.ACCOUNT}:vaults/{self.vault}'
        self.policy = POLICY % self.arn
        # What stands for texts that only this twin has.
        self._replaced = {self.vault: 'VAULT'}

    def keep(self, name, value):
        """Remembers an id under a name, and has it replaced from now on."""
        setattr(self, name, value)
        self._replaced[value] = name.upper()

    def normalize(self, text):
        for own in sorted(self._replaced, key=len, reverse=True):
            text = text.replace(own, self._replaced[own])
        return DATE.sub('DATE', text)


class AwsCliComparisonTest(programs.ProgramTest):

    emulator_options = ('--job-delay', 0, '--inventory-period', 0)

    @classmethod
    def setUpClass(cls):
        if not os.path.exists(AWS):
            raise RuntimeError(f'{AWS} is missing: install awscli, for instance with ./dev setup')
        super().setUpClass()

    def run_aws(self, operation, *arguments):
        variables = {
            'AWS_ACCESS_KEY_ID': programs.ACCESS_KEY, 'AWS_SECRET_ACCESS_KEY': programs.SECRET_KEY,
            'AWS_CA_BUNDLE': self.emulator.ca_bundle, 'AWS_DEFAULT_REGION': programs.REGION,
            'AWS_PAGER': '', 'PYTHONDONTWRITEBYTECODE': 1, 'LC_ALL': 'C.UTF-8'}
        command = [AWS, '--endpoint-url', self.emulator.url, 'glacier', operation, *arguments]
        return programs.Running(command, programs.clean_environment(self.home, variables),
                                self.place).finish()

    def run_own(self, operation, *arguments):
        return self.glacier('api', operation, *arguments)

    def twins(self, prefix, create=True):
        twins = [Twin('aws', self.run_aws, prefix), Twin('own', self.run_own, prefix)]
        if create:
            for twin in twins:
                self.create_vault(twin.vault)
        return twins

    def succeeded(self, finished):
        self.assertEqual(0, finished.exit_code, f'{finished}\n{self.emulator.log_text(20)}')
        return finished.stdout

    def together(self, *calls):
        with concurrent.futures.ThreadPoolExecutor(max_workers=len(calls)) as executor:
            futures = [executor.submit(*call) for call in calls]
            return [future.result() for future in futures]

    def ask(self, operation, *arguments):
        """Asks the same of both, which must print the same; returns the document."""
        theirs, own = self.together((self.run_aws, operation, *arguments),
                                    (self.run_own, operation, *arguments))
        self.assertEqual(self.succeeded(theirs), self.succeeded(own), own.command)
        self.assertNotEqual('', own.stdout)
        return json.loads(own.stdout)

    def ask_all(self, *calls):
        """The same for calls that do not depend on each other; returns the documents in order."""
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as executor:
            return list(executor.map(lambda call: self.ask(*call), calls))

    def do(self, operation, twins, arguments):
        """Has both change what is theirs; returns the two documents, or None where nothing is printed."""
        finished = self.together(*((twin.run, operation, *arguments(twin)) for twin in twins))
        theirs, own = (twin.normalize(self.succeeded(each))
                       for twin, each in zip(twins, finished))
        self.assertEqual(theirs, own, finished[1].command)
        return [json.loads(each.stdout) if each.stdout else None for each in finished]

    def do_and_keep(self, operation, twins, arguments, **kept):
        """The same, where the result has ids: `kept` names them, by their members."""
        finished = self.together(*((twin.run, operation, *arguments(twin)) for twin in twins))
        for twin, each in zip(twins, finished):
            document = json.loads(self.succeeded(each))
            for name, member in kept.items():
                twin.keep(name, document[member])
        theirs, own = (twin.normalize(each.stdout) for twin, each in zip(twins, finished))
        self.assertEqual(theirs, own, finished[1].command)

    def parameters(self, twin, name, value):
        """A file with JSON as the value of an option."""
        path = self.place / f'{name}.{twin.program}.json'
        path.write_text(json.dumps(value), encoding='utf-8')
        return f'file://{path}'

    @staticmethod
    def select_job(archive):
        """Parameters of a select job with every structure that the model has for it."""
        return {
            'Type': 'select', 'ArchiveId': archive,
            'SelectParameters': {
                'ExpressionType': 'SQL', 'Expression': 'select * from archive',
                'InputSerialization': {'csv': {'FileHeaderInfo': 'USE', 'FieldDelimiter': ';'}},
                'OutputSerialization': {'csv': {'QuoteFields': 'ALWAYS'}}},
            'OutputLocation': {'S3': {
                'BucketName': 'results', 'Prefix': 'jobs', 'StorageClass': 'STANDARD',
                'Encryption': {'EncryptionType': 'AES256'}, 'Tagging': {'made': 'by select'},
                'AccessControlList': [{'Grantee': {'Type': 'Group', 'URI': 'http://a/group'},
                                       'Permission': 'READ'}]}}}

    def test_every_operation_is_compared(self):
        source = pathlib.Path(__file__).read_text(encoding='utf-8')
        compared = set(re.findall(
            r"(?:self\.(?:ask|do|do_and_keep)\(|\(self.run_own, |^ +\()'([a-z-]+)',", source,
            re.MULTILINE))
        model = json.loads(MODEL.read_text(encoding='utf-8'))
        self.assertEqual({re.sub('(?<=[a-z])(?=[A-Z])', '-', name).lower()
                          for name in model['operations']}, compared)
        self.assertEqual(33, len(compared))

    def test_vaults(self):
        twins = self.twins('vault', create=False)
        self.do('create-vault', twins,
                lambda twin: ('--account-id', '-', '--vault-name', twin.vault))
        name = self.create_vault('vault-of-both')
        everything, one, cut, described = self.ask_all(
            ('list-vaults', '--account-id', '-', '--page-size', '1'),
            ('list-vaults', '--account-id', programs.ACCOUNT, '--limit', '1'),
            ('list-vaults', '--account-id', '-', '--max-items', '2', '--page-size', '1'),
            ('describe-vault', '--account-id', '-', '--vault-name', name))
        names = [vault['VaultName'] for vault in everything['VaultList']]
        self.assertIn(name, names)
        self.assertEqual(names[0], one['VaultList'][0]['VaultName'])
        self.assertEqual(name, described['VaultName'])

        inside = self.succeed('api', 'list-vaults', '--max-items', 1).json()
        self.ask_all(
            ('list-vaults', '--account-id', '-', '--starting-token', cut['NextToken']),
            ('list-vaults', '--account-id', '-', '--starting-token', inside['NextToken'],
             '--max-items', '1'),
            ('list-vaults', '--account-id', '-', '--no-paginate'))

        for twin in twins:
            self.assertIn(twin.vault, names)
        self.do('delete-vault', twins,
                lambda twin: ('--account-id', '-', '--vault-name', twin.vault))
        self.assertIsNone(self.do('delete-vault', twins, lambda twin: (
            '--cli-input-json', json.dumps({'accountId': '-', 'vaultName': twin.vault})))[1])

    def test_failures(self):
        theirs, own = self.together((self.run_aws, 'describe-vault', '--account-id', '-',
                                     '--vault-name', 'absent'),
                                    (self.run_own, 'describe-vault', '--account-id', '-',
                                     '--vault-name', 'absent'))
        self.assertEqual('', theirs.stdout)
        self.assertNotEqual(0, theirs.exit_code)
        message = re.search(r'operation: (Vault not found .*)', theirs.stderr).group(1)
        self.assert_failure(own, programs.REFUSED, re.escape(message))

    def test_tags(self):
        twins = self.twins('tags')
        self.do('add-tags-to-vault', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault,
            '--tags', 'owner=alice,place=shelf 7,empty='))
        self.do('add-tags-to-vault', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault,
            '--tags', '{"gr\u00fc\u00dfe":"\u65e5\u672c","a b":"c"}'))
        first, second = (self.ask_all(*(
            ('list-tags-for-vault', '--account-id', '-', '--vault-name', twin.vault)
            for twin in twins)))
        self.assertEqual({'owner': 'alice', 'place': 'shelf 7', 'empty': '',
                          'gr\u00fc\u00dfe': '\u65e5\u672c', 'a b': 'c'}, first['Tags'])
        self.assertEqual(first, second)
        self.do('remove-tags-from-vault', twins, lambda twin: (
            '--account-id', '-', '--tag-keys', 'owner', 'a b', 'none', '--vault-name', twin.vault))
        self.do('remove-tags-from-vault', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault, '--tag-keys',
            '["place","gr\u00fc\u00dfe"]'))
        self.assertEqual({'empty': ''}, self.ask(
            'list-tags-for-vault', '--account-id', '-', '--vault-name', twins[0].vault)['Tags'])
        self.assertEqual({'empty': ''}, self.succeed(
            'api', 'list-tags-for-vault', '--vault-name', twins[1].vault).json()['Tags'])

    def test_notifications(self):
        twins = self.twins('notifications')
        topic = f'arn:aws:sns:{programs.REGION}:{programs.ACCOUNT}:jobs'
        self.do('set-vault-notifications', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault, '--vault-notification-config',
            f'SNSTopic={topic},Events=ArchiveRetrievalCompleted,InventoryRetrievalCompleted'))
        configs = self.do('get-vault-notifications', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault))
        self.assertEqual({'vaultNotificationConfig': {
            'SNSTopic': topic, 'Events': ['ArchiveRetrievalCompleted',
                                          'InventoryRetrievalCompleted']}}, configs[1])
        self.do('delete-vault-notifications', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault))
        for twin in twins:
            self.assert_failure(self.run_own('get-vault-notifications', '--vault-name', twin.vault),
                                programs.REFUSED)

    def test_access_policy(self):
        twins = self.twins('policy')
        self.do('set-vault-access-policy', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault,
            '--policy', self.parameters(twin, 'policy', {'Policy': twin.policy})))
        # The text of a policy has the name of its vault, so that twins have different ones.
        policies = self.do('get-vault-access-policy', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault))
        self.assertEqual([{'policy': {'Policy': twin.policy}} for twin in twins], policies)
        self.do('delete-vault-access-policy', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault))
        for twin in twins:
            self.assert_failure(self.run_own('get-vault-access-policy', '--vault-name', twin.vault),
                                programs.REFUSED)

    def test_vault_lock(self):
        twins = self.twins('lock')
        self.do_and_keep('initiate-vault-lock', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault,
            '--policy', self.parameters(twin, 'lock', {'Policy': twin.policy})), lock='lockId')
        in_progress = self.do('get-vault-lock', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault))
        self.assertEqual('InProgress', in_progress[1]['State'])
        self.do('abort-vault-lock', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault))
        for twin in twins:
            twin.keep('lock', self.succeed(
                'api', 'initiate-vault-lock', '--vault-name', twin.vault, '--policy',
                json.dumps({'Policy': twin.policy})).json()['lockId'])
        self.do('complete-vault-lock', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault, f'--lock-id={twin.lock}'))
        locked = self.ask_all(*(('get-vault-lock', '--account-id', '-', '--vault-name', twin.vault)
                                for twin in twins))
        for document in locked:
            self.assertEqual('Locked', document['State'])
            self.assertNotIn('ExpirationDate', document)

    def test_archives(self):
        twins = self.twins('archive')
        path = programs.make_file(self.place / 'archive.bin', 2 * MIB + 17)
        self.do_and_keep('upload-archive', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault, '--body', path,
            '--archive-description', 'two  words'), archive='archiveId')
        self.do('delete-archive', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault, f'--archive-id={twin.archive}'))
        self.do_and_keep('upload-archive', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault, '--body', path,
            '--checksum', programs.tree_hash_of_file(path)), other='archiveId')

    def test_multipart_uploads(self):
        twins = self.twins('parts')
        content = programs.make_file(self.place / 'parts.bin', MIB + 333).read_bytes()
        first, last = self.place / 'part.first', self.place / 'part.last'
        first.write_bytes(content[:MIB])
        last.write_bytes(content[MIB:])

        self.do_and_keep('initiate-multipart-upload', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault, '--part-size', str(MIB),
            '--archive-description', 'in parts'), upload='uploadId')
        self.do('upload-multipart-part', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault, f'--upload-id={twin.upload}',
            '--body', first, '--range', f'bytes 0-{MIB - 1}/*'))
        self.do('upload-multipart-part', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault, f'--upload-id={twin.upload}',
            '--body', last, '--range', f'bytes {MIB}-{len(content) - 1}/*',
            '--checksum', programs.tree_hash(content[MIB:])))

        theirs = twins[0]
        of_upload = ('--account-id', '-', '--vault-name', theirs.vault,
                     f'--upload-id={theirs.upload}')
        joined, page, _, uploads = self.ask_all(
            ('list-parts', *of_upload, '--page-size', '1'),
            ('list-parts', *of_upload, '--limit', '1'),
            ('list-parts', *of_upload, '--no-paginate'),
            ('list-multipart-uploads', '--account-id', '-', '--vault-name', theirs.vault,
             '--no-paginate'))
        self.assertEqual(['Parts'], list(joined))
        self.assertEqual(2, len(joined['Parts']))
        self.assertIn('Marker', page)
        self.assertEqual(theirs.upload, uploads['UploadsList'][0]['MultipartUploadId'])

        self.do_and_keep('complete-multipart-upload', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault, f'--upload-id={twin.upload}',
            '--archive-size', str(len(content)), '--checksum', programs.tree_hash(content)),
                         archive='archiveId')
        for twin in twins:
            twin.keep('unwanted', self.succeed(
                'api', 'initiate-multipart-upload', '--vault-name', twin.vault,
                '--part-size', MIB).json()['uploadId'])
        self.do('abort-multipart-upload', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault, f'--upload-id={twin.unwanted}'))
        self.assertEqual([], self.ask('list-multipart-uploads', '--account-id', '-',
                                      '--vault-name', twins[1].vault)['UploadsList'])

    def test_jobs(self):
        twins = self.twins('jobs')
        path = programs.make_file(self.place / 'archive.bin', 3 * MIB + 4711)
        for twin in twins:
            twin.keep('archive', self.succeed(
                'api', 'upload-archive', '--vault-name', twin.vault, '--body', path,
                '--archive-description', 'to come back').json()['archiveId'])
        topic = f'arn:aws:sns:{programs.REGION}:{programs.ACCOUNT}:jobs'
        self.do_and_keep('initiate-job', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault, '--job-parameters',
            self.parameters(twin, 'job', {
                'Type': 'archive-retrieval', 'ArchiveId': twin.archive, 'Tier': 'Bulk',
                'Description': 'get it', 'SNSTopic': topic,
                'RetrievalByteRange': f'0-{2 * MIB - 1}'})), job='jobId')
        self.do_and_keep('initiate-job', twins, lambda twin: (
            '--account-id', '-', '--vault-name', twin.vault, '--job-parameters',
            'Type=inventory-retrieval,Format=CSV,InventoryRetrievalParameters='
            '{StartDate=2012-01-01T00:00:00Z,Limit=10}'), inventory='jobId')

        theirs = twins[0]
        theirs.keep('select', self.succeed(
            'api', 'initiate-job', '--vault-name', theirs.vault, '--job-parameters',
            self.parameters(theirs, 'select', self.select_job(theirs.archive))).json()['jobId'])
        of_vault = ('--account-id', '-', '--vault-name', theirs.vault)
        retrieval, inventory, select, joined, _, page = self.ask_all(
            ('describe-job', *of_vault, f'--job-id={theirs.job}'),
            ('describe-job', *of_vault, f'--job-id={theirs.inventory}'),
            ('describe-job', *of_vault, f'--job-id={theirs.select}'),
            ('list-jobs', *of_vault, '--page-size', '1'),
            ('list-jobs', *of_vault, '--statuscode', 'Succeeded', '--completed', 'true'),
            ('list-jobs', *of_vault, '--limit', '1'))
        self.assertEqual('Bulk', retrieval['Tier'])
        self.assertEqual('CSV', inventory['InventoryRetrievalParameters']['Format'])
        self.assertEqual('SQL', select['SelectParameters']['ExpressionType'])
        self.assertEqual(3, len(joined['JobList']))
        self.assertEqual(1, len(page['JobList']))

        of_job = (*of_vault, f'--job-id={theirs.job}')
        outputs = [self.place / f'output.{number}' for number in range(6)]
        theirs_whole, own_whole, theirs_part, own_part, theirs_list, own_list = self.together(
            (self.run_aws, 'get-job-output', *of_job, outputs[0]),
            (self.run_own, 'get-job-output', *of_job, outputs[1]),
            (self.run_aws, 'get-job-output', *of_job, '--range', 'bytes=5-99', outputs[2]),
            (self.run_own, 'get-job-output', *of_job, '--range', 'bytes=5-99', outputs[3]),
            (self.run_aws, 'get-job-output', *of_vault, f'--job-id={theirs.inventory}', outputs[4]),
            (self.run_own, 'get-job-output', *of_vault, f'--job-id={theirs.inventory}', outputs[5]))
        self.assertEqual(self.succeeded(theirs_whole), self.succeeded(own_whole))
        self.assertEqual(self.succeeded(theirs_part), self.succeeded(own_part))
        self.assertEqual(self.succeeded(theirs_list), self.succeeded(own_list))
        content = path.read_bytes()
        self.assertTrue(content[:2 * MIB] == outputs[1].read_bytes())
        self.assertTrue(content[5:100] == outputs[3].read_bytes())
        self.assertIn(theirs.archive.encode(), outputs[5].read_bytes())
        for number in (0, 2, 4):
            self.assert_same_bytes(outputs[number], outputs[number + 1])
        self.assertEqual(programs.tree_hash(content[:2 * MIB]), own_whole.json()['checksum'])

    def test_account(self):
        rules = {'Rules': [{'Strategy': 'BytesPerHour', 'BytesPerHour': 10 * 1024 * MIB}]}
        own, theirs = Twin('own', self.run_own, 'none'), Twin('aws', self.run_aws, 'none')
        for twin, value in ((theirs, 'Rules=[{Strategy=FreeTier}]'),
                            (own, 'Rules=[{Strategy=BytesPerHour,BytesPerHour=1}]'),
                            (own, json.dumps(rules))):
            self.assertEqual('', self.succeeded(twin.run(
                'set-data-retrieval-policy', '--account-id', '-', '--policy', value)))
            policy = self.ask('get-data-retrieval-policy', '--account-id', '-')['Policy']
        self.assertEqual(rules, policy)
        self.do('set-data-retrieval-policy', [theirs, own],
                lambda twin: ('--account-id', '-', '--policy', '{"Rules":[{"Strategy":"None"}]}'))

        self.assertEqual([], self.ask('list-provisioned-capacity',
                                      '--account-id', '-')['ProvisionedCapacityList'])
        self.do_and_keep('purchase-provisioned-capacity', [theirs, own],
                         lambda twin: ('--account-id', '-'), capacity='capacityId')
        units = self.ask('list-provisioned-capacity', '--account-id', '-')
        self.assertEqual({theirs.capacity, own.capacity},
                         {unit['CapacityId'] for unit in units['ProvisionedCapacityList']})


if __name__ == '__main__':
    unittest.main(verbosity=2)

"""Notifications of ended jobs that a vault's topic and a job's own get, delivered to a web server of this process."""

import http.server
import json
import pathlib
import queue
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

import programs  # noqa: E402
from programs import ACCOUNT, REGION  # noqa: E402

# Boto3 reads the user's files and the environment when it is imported.
programs.isolate()

try:
    import boto3  # noqa: F401
except ImportError as error:
    sys.exit(f'boto3 is missing ({error}): install python3-boto3, for instance with ./dev setup')

VAULT_TOPIC = f'arn:aws:sns:{REGION}:{ACCOUNT}:vault'
JOB_TOPIC = f'arn:aws:sns:{REGION}:{ACCOUNT}:job'


class Webhook:
    """A web server that keeps the requests it gets."""

    def __init__(self):
        self.received = queue.Queue()
        webhook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers['Content-Length']))
                webhook.received.put((self.path, dict(self.headers), json.loads(body)))
                self.send_response(200)
                self.send_header('Content-Length', '0')
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self._server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = f'http://127.0.0.1:{self._server.server_port}'
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class NotificationTest(programs.ProgramTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.webhook = Webhook()
        cls.clean_up_with(cls.webhook.close)
        cls.emulator = cls.start_emulator(
            '--tls', '--job-delay', 0, '--inventory-period', 0, '--webhook', f'*={cls.webhook.url}/all',
            '--webhook', f'{JOB_TOPIC}={cls.webhook.url}/job')

    def test_both_topics(self):
        client = self.boto3_client(self.emulator)
        client.create_vault(vaultName='attic')
        client.set_vault_notifications(vaultName='attic', vaultNotificationConfig={
            'SNSTopic': VAULT_TOPIC, 'Events': ['ArchiveRetrievalCompleted']})
        archive = client.upload_archive(vaultName='attic', body=b'content')['archiveId']
        job = client.initiate_job(vaultName='attic', jobParameters={
            'Type': 'archive-retrieval', 'ArchiveId': archive, 'SNSTopic': JOB_TOPIC})['jobId']
        described = client.describe_job(vaultName='attic', jobId=job)
        described.pop('ResponseMetadata')
        expected = {'/all': VAULT_TOPIC, '/job': JOB_TOPIC}
        for _ in range(2):
            path, headers, envelope = self.webhook.received.get(timeout=30)
            topic = expected.pop(path)
            self.assertEqual(topic, envelope['TopicArn'])
            self.assertEqual(topic, headers['x-amz-sns-topic-arn'])
            self.assertEqual('Notification', headers['x-amz-sns-message-type'])
            self.assertEqual(headers['x-amz-sns-message-id'], envelope['MessageId'])
            self.assertEqual('Notification', envelope['Type'])
            message = {name: value for name, value in json.loads(envelope['Message']).items()
                       if value is not None}
            self.assertEqual(described, message)

    def test_options_that_cannot_be(self):
        for text in ('*', 'topic=http://localhost', '*=https://localhost', '*=http://'):
            emulator = programs.Emulator(self.place / 'data', self.home, '--webhook', text)
            with self.assertRaises(AssertionError):
                emulator.start()
            self.assertEqual(programs.USAGE, emulator.process.returncode, text)


if __name__ == '__main__':
    unittest.main()

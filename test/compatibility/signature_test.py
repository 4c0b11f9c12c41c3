"""Requests that botocore's own signer signs, with random headers, queries and bodies, are accepted by the emulator."""

import hashlib
import http.client
import json
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

import programs  # noqa: E402
from programs import ACCESS_KEY, REGION, SECRET_KEY  # noqa: E402

# Botocore reads the user's files and the environment when it is imported.
programs.isolate()

try:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError as error:
    sys.exit(f'botocore is missing ({error}): install python3-botocore, for instance with ./dev setup')

USER = Credentials(ACCESS_KEY, SECRET_KEY)
TEMPORARY = Credentials('ASIATEMPORARY', 'temporary/secret+key=', 'a/token+of==')
EXPIRED = Credentials('ASIAEXPIRED', 'expired/secret+key', 'an/old+token')

# Answers that say nothing against the signature.
FINE = {200, 201, 202, 204, 404}
SIGNATURE_CODES = {'InvalidSignatureException', 'IncompleteSignatureException', 'UnrecognizedClientException',
                   'MissingAuthenticationTokenException', 'ExpiredTokenException'}


class SignatureTest(programs.ProgramTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Without TLS, so that what is sent is what was signed, byte for byte.
        cls.emulator = cls.start_emulator(
            '--credential', 'ASIATEMPORARY:temporary/secret+key=:a/token+of==',
            '--credential', 'ASIAEXPIRED:expired/secret+key:an/old+token:2020-01-01T00:00:00Z')

    def send(self, request):
        """Sends what was signed; returns status, code and message."""
        connection = http.client.HTTPConnection('127.0.0.1', self.emulator.port, timeout=30)
        try:
            target = request.url.split(f':{self.emulator.port}', 1)[1]
            connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers.items():
                connection.putheader(name, value)
            body = request.body or b''
            connection.putheader('Host', f'127.0.0.1:{self.emulator.port}')
            connection.putheader('Content-Length', str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            text = answer.read()
            error = json.loads(text) if answer.status >= 400 else {}
            return answer.status, error.get('code'), error.get('message')
        finally:
            connection.close()

    def request(self, method, target, body=b'', headers=()):
        made = AWSRequest(method=method, url=f'http://127.0.0.1:{self.emulator.port}{target}', data=body)
        made.headers['x-amz-glacier-version'] = '2012-06-01'
        for name, value in headers:
            made.headers[name] = value
        return made

    def sign(self, request, credentials=USER):
        SigV4Auth(credentials, 'glacier', REGION).add_auth(request)
        return request

    def upload(self, generator):
        body = generator.randbytes(generator.randrange(1, 5000))
        return self.request('POST', '/-/vaults/attic/archives', body, [
            ('x-amz-content-sha256', hashlib.sha256(body).hexdigest()),
            ('x-amz-sha256-tree-hash', programs.tree_hash(body)),
            ('x-amz-archive-description', self.text(generator, 60).strip() or 'none')])

    @staticmethod
    def text(generator, length):
        """Printable ASCII with many blanks."""
        letters = [chr(code) for code in range(0x20, 0x7f)] + [' '] * 40
        return ''.join(generator.choices(letters, k=generator.randrange(length)))

    def random_request(self, generator):
        kind = generator.randrange(5)
        # As botocore's clients encode values: its signer takes the query as it is.
        quoted = ''.join(generator.choices(['a', 'Z', '0', '-', '.', '_', '~', '%20', '%2F', '%C3%A4', '%3D', '%26',
                                            '%2B', '%3A', '%25'], k=generator.randrange(12)))
        if kind == 0:
            made = self.request('GET', f'/-/vaults?marker={quoted}&limit={generator.randrange(1, 20)}')
        elif kind == 1:
            made = self.request('PUT', f'/-/vaults/v{generator.randrange(100)}.-_x')
        elif kind == 2:
            made = self.upload(generator)
        elif kind == 3:
            body = json.dumps({'Tags': {f'key{generator.randrange(5)}': 'ä value'}}).encode()
            made = self.request('POST', '/-/vaults/attic/tags?operation=add', body)
        else:
            made = self.request('GET', f'/-/vaults/attic/jobs?b={quoted}&a&a=2&a=1&completed=true&=')
        for number in range(generator.randrange(4)):
            name = generator.choice(['X-Amz-Meta', 'x-custom', 'X-UPPER', 'accept'])
            made.headers[f'{name}-{number}'] = self.text(generator, 40).strip() or 'x'
        return made

    def test_random_requests_are_accepted(self):
        status, _, message = self.send(self.sign(self.request('PUT', '/-/vaults/attic')))
        self.assertEqual(201, status, message)
        generator = random.Random(20120601)
        for number in range(200):
            request = self.sign(self.random_request(generator), generator.choice([USER, TEMPORARY]))
            status, code, message = self.send(request)
            self.assertNotIn(code, SIGNATURE_CODES, f'{number}: {request.method} {request.url}: {message}')
            self.assertIn(status, FINE, f'{number}: {request.method} {request.url}: {message}')

    def test_a_change_after_signing_is_refused(self):
        request = self.sign(self.request('PUT', '/-/vaults/attic', headers=[('x-amz-meta', 'one')]))
        request.headers.replace_header('x-amz-meta', 'two')
        self.assertEqual((403, 'InvalidSignatureException'), self.send(request)[:2])

    def test_tokens(self):
        listing = ('GET', '/-/vaults')
        self.assertEqual((403, 'ExpiredTokenException'), self.send(self.sign(self.request(*listing), EXPIRED))[:2])
        without = Credentials(TEMPORARY.access_key, TEMPORARY.secret_key)
        self.assertEqual((400, 'UnrecognizedClientException'),
                         self.send(self.sign(self.request(*listing), without))[:2])

    def test_a_credential_that_cannot_be_read(self):
        # The message shows no secret, because messages end up in logs.
        for text in (':hidden', 'AKIA:', 'AKIA:hidden:hidden:never', f'{ACCESS_KEY}:hidden'):
            emulator = programs.Emulator(self.place / 'data', self.home, '--credential', text)
            with self.assertRaises(AssertionError):
                emulator.start()
            self.assertEqual(programs.USAGE, emulator.process.returncode)
            self.assertEqual(1, len(emulator.log), emulator.log)
            self.assertNotIn('hidden', emulator.log[0])

    def test_no_auth_says_so_at_start(self):
        emulator = self.start_emulator('--no-auth')
        emulator.stop()
        self.assertIn('glacier-emulator: warning: requests are accepted without a valid signature (--no-auth)',
                      emulator.log)

    def test_unsigned_requests(self):
        self.assertEqual((400, 'MissingAuthenticationTokenException'),
                         self.send(self.request('GET', '/-/vaults'))[:2])


if __name__ == '__main__':
    unittest.main()

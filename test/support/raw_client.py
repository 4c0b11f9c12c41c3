"""A small signing client of the service: one connection, one request at a time, no retries.

It says exactly what became of a request: an answer, or none. Independent of the library under test.
"""

import hashlib
import hmac
import http.client
import json
import time
import urllib.parse

import programs


class NoAnswer(Exception):
    """The connection ended before the answer was complete: the outcome is unknown."""


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f'{self.status} {self.body[:200]!r}'


class Client:
    """Everything goes to the account that signs, `/-/...`."""

    def __init__(self, port, timeout=30):
        self._connection = http.client.HTTPConnection('127.0.0.1', port, timeout=timeout)

    def close(self):
        self._connection.close()

    def send(self, method, path, body=b'', headers=None, query=None, sha256=None):
        """One request. `body` may be an iterable if `sha256` and a Content-Length are given."""
        if isinstance(body, dict):
            body = json.dumps(body).encode()
        target = '/-/' + path
        canonical_query = '&'.join(
            f'{urllib.parse.quote(name, safe="-_.~")}={urllib.parse.quote(str(value), safe="-_.~")}'
            for name, value in sorted((query or {}).items()))
        sha256 = sha256 or hashlib.sha256(body).hexdigest()
        sent = {'host': f'127.0.0.1:{self._connection.port}', 'x-amz-glacier-version': '2012-06-01',
                'x-amz-date': time.strftime('%Y%m%dT%H%M%SZ', time.gmtime()),
                'x-amz-content-sha256': sha256}
        sent.update({name.lower(): str(value) for name, value in (headers or {}).items()})
        sent['authorization'] = _authorization(method, target, canonical_query, sent, sha256)
        if 'content-length' not in sent and (body or method in ('POST', 'PUT')):
            sent['content-length'] = str(len(body))
        try:
            self._connection.request(method, target + ('?' + canonical_query if query else ''),
                                     body=body or None, headers=sent)
            response = self._connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise NoAnswer(f'{method} {target}: {error!r}') from error
        return answer

    def archive_output(self, vault, archive_id):
        """The answer to reading an archive through a new job; jobs must take no time."""
        job = self.send('POST', f'vaults/{vault}/jobs',
                        {'Type': 'archive-retrieval', 'ArchiveId': archive_id})
        if job.status != 202:
            return job
        return self.send('GET', f'vaults/{vault}/jobs/{job.headers["x-amz-job-id"]}/output')


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _authorization(method, target, query, headers, sha256):
    date = headers['x-amz-date'][:8]
    names = sorted(headers)
    canonical = '\n'.join([method, urllib.parse.quote(target, safe='/-_.~'), query,
                           *(f'{name}:{" ".join(headers[name].split())}' for name in names), '',
                           ';'.join(names), sha256])
    scope = f'{date}/{programs.REGION}/glacier/aws4_request'
    text = '\n'.join(['AWS4-HMAC-SHA256', headers['x-amz-date'], scope,
                      hashlib.sha256(canonical.encode()).hexdigest()])
    key = ('AWS4' + programs.SECRET_KEY).encode()
    for part in (date, programs.REGION, 'glacier', 'aws4_request'):
        key = _hmac(key, part)
    return (f'AWS4-HMAC-SHA256 Credential={programs.ACCESS_KEY}/{scope}, '
            f'SignedHeaders={";".join(names)}, Signature={_hmac(key, text).hex()}')

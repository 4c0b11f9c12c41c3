"""Kills the emulator at random moments and looks at what it keeps.

Usage: kill_test.py [--kills N] [--seed S] [--workers N]

Several workers change vaults, policies, tags, locks, archives, uploads, jobs and the account's settings at the
same time, until SIGKILL comes. The emulator is started again on the same directory, and everything is
read back: what was acknowledged must be there, what was in flight must be there wholly or not at all, and
no file may lie about that the index does not know.
"""

import argparse
import hashlib
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

import programs  # noqa: E402
import raw_client  # noqa: E402
from programs import MIB  # noqa: E402

# So many kills happen to one data directory, so that the audits do not get longer and longer.
KILLS_PER_DIRECTORY = 20
ARCHIVES_MAX = 4
CAPACITY_UNITS_MAX = 2
# What the service adds to the size of each archive in a vault's description.
OVERHEAD = 32 * 1024

OPTIONS = ('--job-delay', '0', '--inventory-period', '0', '--clock-scale', '10')


class Counts:
    def __init__(self):
        self.kills = 0
        self.kills_at_start = 0
        self.acknowledged = 0
        self.in_flight = 0
        self.applied = 0
        self.archives_read = 0
        self.lost = []
        self.half_applied = []
        self.other = []

    def failures(self):
        return self.lost + self.half_applied + self.other

    def __str__(self):
        return (f'kills {self.kills} ({self.kills_at_start} while it started), '
                f'acknowledged operations audited {self.acknowledged}, '
                f'in flight at a kill {self.in_flight} (of these carried out {self.applied}), '
                f'archives read back {self.archives_read}, lost {len(self.lost)}, '
                f'half-applied {len(self.half_applied)}, other failures {len(self.other)}')


class Content:
    """Bytes that follow from a seed, so that they need not be kept."""

    def __init__(self, seed, size):
        self.seed = seed
        self.size = size
        data = self.bytes()
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.tree = programs.tree_hash(data)

    def bytes(self):
        return random.Random(self.seed).randbytes(self.size)

    def headers(self):
        return {'x-amz-sha256-tree-hash': self.tree}


class Whole:
    """The archive that the parts of an upload make."""

    def __init__(self, parts):
        self.parts = [parts[index] for index in sorted(parts)]
        data = self.bytes()
        self.size = len(data)
        self.tree = programs.tree_hash(data)

    def bytes(self):
        return b''.join(part.bytes() for part in self.parts)


class Vault:
    """What a vault holds as far as it was acknowledged."""

    def __init__(self, name):
        self.name = name
        self.exists = False
        self.forget()

    def forget(self):
        self.settings = {'tags': {}, 'access-policy': None, 'notification-configuration': None,
                         'lock-policy': None}
        self.lock_id = None
        self.archives = {}
        self.uploads = {}
        self.jobs = set()


class InFlight:
    """The change whose answer a kill has taken."""

    def __init__(self, kind, vault, key=None, value=None):
        self.kind = kind
        self.vault = vault
        self.key = key
        self.value = value


class Worker:
    """Changes vaults of its own; the first one also the settings of the account."""

    def __init__(self, number, seed, counts):
        self.number = number
        self.random = random.Random(f'{seed} {number}')
        self.counts = counts
        self.main = Vault(f'main-{number}')
        self.scratch = Vault(f'scratch-{number}')
        self.retrieval_policy = None
        self.capacity = set()
        self.in_flight = None
        self.acknowledged = 0
        self.client = None

    # --- Changes ------------------------------------------------------------------------------

    def run(self, port, dying):
        self.client = raw_client.Client(port)
        try:
            while True:
                self.step()
        except raw_client.NoAnswer as error:
            if not dying.is_set():
                self.counts.other.append(f'no answer without a kill: {error}')
        except Exception as error:  # whatever it is, the run has failed
            self.counts.other.append(f'{type(error).__name__}: {error}')
        finally:
            self.client.close()

    def change(self, in_flight, status, method, path, body=b'', headers=None, query=None):
        """Sends a change; returns the answer when it is acknowledged."""
        self.in_flight = in_flight
        answer = self.client.send(method, path, body, headers, query)
        self.in_flight = None
        if answer.status != status:
            raise AssertionError(f'{method} {path}: {answer}')
        self.acknowledged += 1
        return answer

    def step(self):
        if not self.main.exists:
            return self.create(self.main)
        steps = [self.upload, self.upload, self.upload, self.part, self.part, self.part,
                 self.delete_archive, self.job, self.tags, self.setting, self.setting, self.lock,
                 self.scratch_vault]
        if self.number == 0:
            steps.append(self.account)
        self.random.choice(steps)()

    def content(self, size=None):
        if size is None:
            size = self.random.choice([1, 2, 77, 4_000, 70_000, MIB - 1, MIB, MIB + 1, 2 * MIB,
                                       self.random.randrange(1, 3 * MIB)])
        return Content(self.random.randrange(1 << 60), size)

    def create(self, vault):
        self.change(InFlight('create', vault), 201, 'PUT', f'vaults/{vault.name}')
        vault.exists = True

    def scratch_vault(self):
        vault = self.scratch
        if not vault.exists:
            return self.create(vault)
        self.change(InFlight('delete', vault), 204, 'DELETE', f'vaults/{vault.name}')
        vault.exists = False
        vault.forget()

    def some_vault(self):
        vault = self.random.choice([self.main, self.scratch])
        return vault if vault.exists else self.main

    def tags(self):
        vault = self.some_vault()
        tags = dict(vault.settings['tags'])
        if tags and self.random.random() < 0.4:
            removed = self.random.sample(sorted(tags), self.random.randint(1, len(tags)))
            tags = {key: value for key, value in tags.items() if key not in removed}
            operation, body = 'remove', {'TagKeys': removed}
        else:
            added = {f'key-{self.random.randrange(8)}': f'{self.random.randrange(10 ** 9)}'
                     for _ in range(self.random.randint(1, 4))}
            tags.update(added)
            operation, body = 'add', {'Tags': added}
        self.change(InFlight('setting', vault, 'tags', tags), 204, 'POST', f'vaults/{vault.name}/tags',
                    body, query={'operation': operation})
        vault.settings['tags'] = tags

    def policy(self, vault):
        return ('{"Version":"2012-10-17","Statement":[{"Sid":"s%d","Effect":"Allow","Principal":"*",'
                '"Action":"glacier:DescribeVault","Resource":'
                '"arn:aws:glacier:%s:%s:vaults/%s"}]}'
                % (self.random.randrange(10 ** 9), programs.REGION, programs.ACCOUNT, vault.name))

    def setting(self):
        vault = self.some_vault()
        name = self.random.choice(['access-policy', 'notification-configuration'])
        if vault.settings[name] is not None and self.random.random() < 0.3:
            value, status, method, body = None, 204, 'DELETE', b''
        elif name == 'access-policy':
            value, status, method = self.policy(vault), 204, 'PUT'
            body = {'Policy': value}
        else:
            value = {'SNSTopic': 'arn:aws:sns:us-east-1:123456789012:t%d' % self.random.randrange(10 ** 9),
                     'Events': ['ArchiveRetrievalCompleted']}
            status, method, body = 204, 'PUT', value
        self.change(InFlight('setting', vault, name, value), status, method,
                    f'vaults/{vault.name}/{name}', body)
        vault.settings[name] = value

    def lock(self):
        vault = self.scratch
        path = f'vaults/{vault.name}/lock-policy'
        if not vault.exists:
            return self.create(vault)
        lock = vault.settings['lock-policy']
        if lock is None:
            value = ('InProgress', self.policy(vault))
            answer = self.change(InFlight('setting', vault, 'lock-policy', value), 201, 'POST', path,
                                 {'Policy': value[1]})
            vault.lock_id = answer.headers['x-amz-lock-id']
        elif lock[0] == 'Locked':
            return None
        elif vault.lock_id is not None and self.random.random() < 0.3:
            value = ('Locked', lock[1])
            self.change(InFlight('setting', vault, 'lock-policy', value), 204, 'POST',
                        f'{path}/{vault.lock_id}')
        else:
            value = None
            self.change(InFlight('setting', vault, 'lock-policy', None), 204, 'DELETE', path)
        vault.settings['lock-policy'] = value
        return None

    def upload(self):
        vault = self.main
        if len(vault.archives) >= ARCHIVES_MAX:
            return self.delete_archive()
        content = self.content()
        answer = self.change(InFlight('archive', vault, value=content), 201, 'POST',
                             f'vaults/{vault.name}/archives', content.bytes(), content.headers())
        vault.archives[answer.headers['x-amz-archive-id']] = content
        return None

    def delete_archive(self):
        vault = self.main
        if not vault.archives:
            return
        archive = self.random.choice(sorted(vault.archives))
        self.change(InFlight('delete archive', vault, archive), 204, 'DELETE',
                    f'vaults/{vault.name}/archives/{archive}')
        del vault.archives[archive]

    def part(self):
        vault = self.main
        path = f'vaults/{vault.name}/multipart-uploads'
        if len(vault.uploads) < 2:
            answer = self.change(InFlight('upload', vault), 201, 'POST', path,
                                 headers={'x-amz-part-size': MIB})
            vault.uploads[answer.headers['x-amz-multipart-upload-id']] = {}
            return
        upload = self.random.choice(sorted(vault.uploads))
        parts = vault.uploads[upload]
        path += f'/{upload}'
        if self.random.random() < 0.08:
            self.change(InFlight('abort', vault, upload), 204, 'DELETE', path)
            del vault.uploads[upload]
        elif parts and sorted(parts) == list(range(len(parts))) and self.random.random() < 0.3:
            whole = Whole(parts)
            answer = self.change(InFlight('complete', vault, upload, whole), 201, 'POST', path,
                                 headers={'x-amz-archive-size': whole.size,
                                          'x-amz-sha256-tree-hash': whole.tree})
            vault.archives[answer.headers['x-amz-archive-id']] = whole
            del vault.uploads[upload]
        else:
            # Part 2 is a short last one. Often one that is there already is sent again.
            index = self.random.randrange(3)
            content = self.content(MIB if index < 2 else self.random.randrange(1, 5_000))
            first = index * MIB
            self.change(InFlight('part', vault, (upload, index), content), 204, 'PUT', path,
                        content.bytes(),
                        {'content-range': f'bytes {first}-{first + content.size - 1}/*',
                         **content.headers()})
            parts[index] = content

    def job(self):
        vault = self.main
        if vault.archives and self.random.random() < 0.5:
            archive = self.random.choice(sorted(vault.archives))
            body = {'Type': 'archive-retrieval', 'ArchiveId': archive}
        else:
            body = {'Type': 'inventory-retrieval', 'Format': self.random.choice(['JSON', 'CSV'])}
        answer = self.change(InFlight('job', vault), 202, 'POST', f'vaults/{vault.name}/jobs', body)
        vault.jobs.add(answer.headers['x-amz-job-id'])

    def account(self):
        if len(self.capacity) < CAPACITY_UNITS_MAX and self.random.random() < 0.1:
            answer = self.change(InFlight('capacity', None), 201, 'POST', 'provisioned-capacity')
            self.capacity.add(answer.headers['x-amz-capacity-id'])
            return
        rate = self.random.randrange(10 ** 12, 10 ** 13)
        self.change(InFlight('retrieval policy', None, value=rate), 204, 'PUT', 'policies/data-retrieval',
                    {'Policy': {'Rules': [{'Strategy': 'BytesPerHour', 'BytesPerHour': rate}]}})
        self.retrieval_policy = rate

    # --- Audit --------------------------------------------------------------------------------

    def audit(self, port):
        self.client = raw_client.Client(port)
        self.counts.acknowledged += self.acknowledged
        self.acknowledged = 0
        if self.in_flight:
            self.counts.in_flight += 1
        for vault in (self.main, self.scratch):
            self.audit_vault(vault)
        if self.number == 0:
            self.audit_account()
        self.in_flight = None
        self.client.close()

    def get(self, path, query=None, absent=None):
        answer = self.client.send('GET', path, query=query)
        if answer.status == 404 and absent is not None:
            return None
        if answer.status != 200:
            raise AssertionError(f'GET {path}: {answer}')
        return answer.json()

    def list_all(self, path, member):
        items, marker = [], None
        while True:
            page = self.get(path, {'marker': marker} if marker else None)
            items += page[member]
            marker = page.get('Marker')
            if marker is None:
                return items

    def pending(self, kind, vault, key=None):
        """The change in flight if it is this one."""
        change = self.in_flight
        if change and change.kind == kind and change.vault is vault and (key is None or change.key == key):
            return change
        return None

    def settle(self, what, actual, acknowledged, change):
        """What is there must be what was acknowledged, or what the change in flight makes of it."""
        if actual == acknowledged:
            return acknowledged
        if change is not None and actual == change.value:
            self.counts.applied += 1
            return actual
        where = self.counts.lost if change is None else self.counts.half_applied
        where.append(f'{what}: {actual!r} instead of {acknowledged!r}'
                     + (f' or {change.value!r}' if change else ''))
        return actual

    def settle_set(self, what, actual, acknowledged, gone=(), one_more=False):
        """`gone` may be missing, and at most one may be there that nobody has heard of, if allowed."""
        for item in sorted(acknowledged - actual - set(gone)):
            self.counts.lost.append(f'{what} {item} is not there')
        self.counts.applied += len(set(gone) - actual)
        unknown = actual - acknowledged
        self.counts.applied += len(unknown) if one_more else 0
        if len(unknown) > (1 if one_more else 0):
            self.counts.other.append(f'{what}: nobody knows {sorted(unknown)}')
        return unknown

    def audit_vault(self, vault):
        there = self.get(f'vaults/{vault.name}', absent=404) is not None
        change = self.pending('create', vault) or self.pending('delete', vault)
        if change:
            change.value = not vault.exists
        exists = self.settle(f'vault {vault.name} exists', there, vault.exists, change)
        if exists != vault.exists:
            vault.forget()
            vault.exists = exists
        if not exists:
            return
        for name in vault.settings:
            vault.settings[name] = self.settle(f'{name} of {vault.name}', self.read_setting(vault, name),
                                               vault.settings[name],
                                               self.pending('setting', vault, name))
        if vault.settings['lock-policy'] is None or self.pending('setting', vault, 'lock-policy'):
            # Of a lock whose answer was lost the id is not known; it can be aborted all the same.
            if vault.settings['lock-policy'] is None or vault.settings['lock-policy'][0] != 'Locked':
                vault.lock_id = None
        self.audit_jobs(vault)
        if vault is self.main:
            self.audit_uploads(vault)
            self.audit_archives(vault)

    def read_setting(self, vault, name):
        document = self.get(f'vaults/{vault.name}/{name}', absent=404)
        if document is None:
            return None
        if name == 'tags':
            return document['Tags']
        if name == 'access-policy':
            return document['policy']['Policy'] if 'policy' in document else document['Policy']
        if name == 'notification-configuration':
            document = document.get('vaultNotificationConfig', document)
            return {'SNSTopic': document['SNSTopic'], 'Events': document['Events']}
        return document['State'], document['Policy']

    def audit_jobs(self, vault):
        actual = {job['JobId'] for job in self.list_all(f'vaults/{vault.name}/jobs', 'JobList')}
        vault.jobs |= self.settle_set(f'job in {vault.name}', actual, vault.jobs,
                                      one_more=self.pending('job', vault) is not None)

    def audit_uploads(self, vault):
        path = f'vaults/{vault.name}/multipart-uploads'
        actual = {upload['MultipartUploadId'] for upload in self.list_all(path, 'UploadsList')}
        change = self.pending('abort', vault) or self.pending('complete', vault)
        unknown = self.settle_set(f'upload in {vault.name}', actual, set(vault.uploads),
                                  gone=[change.key] if change else [],
                                  one_more=self.pending('upload', vault) is not None)
        for upload in unknown:
            vault.uploads[upload] = {}
        for upload in set(vault.uploads) & actual:
            self.audit_parts(vault, upload, f'{path}/{upload}')
        self.completed = None
        if change and change.kind == 'complete' and change.key not in actual:
            self.completed = change.value
        for upload in set(vault.uploads) - actual:
            del vault.uploads[upload]

    def audit_parts(self, vault, upload, path):
        parts = vault.uploads[upload]
        listed = {int(part['RangeInBytes'].split('-')[0]) // MIB: part['SHA256TreeHash']
                  for part in self.list_all(path, 'Parts')}
        known = {index: content.tree for index, content in parts.items()}
        change = self.pending('part', vault)
        content = None
        if change and change.key[0] == upload:
            content = change.value
            change.value = {**known, change.key[1]: content.tree}
        else:
            change = None
        settled = self.settle(f'parts of {upload[:8]}', listed, known, change)
        if change and settled == change.value:
            parts[change.key[1]] = content

    def audit_archives(self, vault):
        job = self.client.send('POST', f'vaults/{vault.name}/jobs',
                               {'Type': 'inventory-retrieval', 'Format': 'JSON'})
        if job.status != 202:
            raise AssertionError(f'inventory of {vault.name}: {job}')
        vault.jobs.add(job.headers['x-amz-job-id'])
        listed = {archive['ArchiveId']: (archive['Size'], archive['SHA256TreeHash']) for archive in
                  self.get(f'vaults/{vault.name}/jobs/{job.headers["x-amz-job-id"]}/output')['ArchiveList']}
        deletion = self.pending('delete archive', vault)
        made = self.pending('archive', vault)
        content = made.value if made else self.completed
        unknown = self.settle_set(f'archive in {vault.name}', set(listed), set(vault.archives),
                                  gone=[deletion.key] if deletion else [], one_more=content is not None)
        if self.completed and not unknown:
            self.counts.half_applied.append(f'an upload in {vault.name} is complete without its archive')
        for archive in unknown:
            if content is not None and listed[archive] == (content.size, content.tree):
                vault.archives[archive] = content
            else:
                self.counts.half_applied.append(f'archive {archive} in {vault.name}: {listed[archive]}')
        for archive in set(vault.archives) - set(listed):
            del vault.archives[archive]
        described = self.get(f'vaults/{vault.name}')
        held = (len(vault.archives),
                sum(content.size + OVERHEAD for content in vault.archives.values()))
        if (described['NumberOfArchives'], described['SizeInBytes']) != held:
            self.counts.half_applied.append(f'{vault.name} says {described}, and holds {held}')
        for archive, content in vault.archives.items():
            self.read_back(vault, archive, content)

    def read_back(self, vault, archive, content):
        job = self.client.send('POST', f'vaults/{vault.name}/jobs',
                               {'Type': 'archive-retrieval', 'ArchiveId': archive})
        if job.status == 202:
            vault.jobs.add(job.headers['x-amz-job-id'])
            job = self.client.send(
                'GET', f'vaults/{vault.name}/jobs/{job.headers["x-amz-job-id"]}/output')
        if (job.status != 200 or job.headers['x-amz-sha256-tree-hash'] != content.tree
                or job.body != content.bytes()):
            self.counts.lost.append(f'bytes of archive {archive} in {vault.name}: {job}')
        self.counts.archives_read += 1

    def audit_account(self):
        rule = self.get('policies/data-retrieval')['Policy']['Rules'][0]
        self.retrieval_policy = self.settle('retrieval policy', rule.get('BytesPerHour'),
                                            self.retrieval_policy, self.pending('retrieval policy', None))
        actual = {unit['CapacityId'] for unit in self.get('provisioned-capacity')['ProvisionedCapacityList']}
        self.capacity |= self.settle_set('capacity unit', actual, self.capacity,
                                         one_more=self.pending('capacity', None) is not None)


def check_files(data_dir, counts):
    """The files of the directory are those of its index, and the index is sound."""
    index = sqlite3.connect(f'file:{data_dir}/index.sqlite?mode=ro', uri=True)
    try:
        known = {name: size for name, size in index.execute('SELECT name, bytes FROM content')}
        state = index.execute('PRAGMA integrity_check').fetchone()[0]
    finally:
        index.close()
    if state != 'ok':
        counts.other.append(f'integrity_check: {state}')
    found = {path.name: path.stat().st_size for path in pathlib.Path(data_dir, 'data').rglob('*')
             if path.is_file()}
    for name in sorted(known.keys() - found.keys()):
        counts.lost.append(f'file {name} is not there')
    for name in sorted(found.keys() - known.keys()):
        counts.other.append(f'nobody knows the file {name}')
    for name in sorted(known.keys() & found.keys()):
        if known[name] != found[name]:
            counts.half_applied.append(f'file {name} has {found[name]} of {known[name]} bytes')
    left = list(pathlib.Path(data_dir, 'incoming').iterdir())
    if left:
        counts.other.append(f'left in incoming: {left}')


def verify(data_dir, counts, leftovers):
    """Runs glacier-emulator --verify, which must find nothing wrong."""
    done = subprocess.run([programs.emulator_program(), '--data-dir', str(data_dir), '--verify'],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          timeout=programs.TIME_LIMIT)
    if done.returncode != 0 or (not leftovers and ' 0 left-overs' not in done.stdout):
        counts.other.append(f'--verify: exit code {done.returncode}: {done.stdout}')


def kill_while_starting(emulator, generator):
    command = [programs.emulator_program(), '--data-dir', str(emulator.data_dir), '--port', '0', *OPTIONS]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        time.sleep(generator.random() * 0.03)
        process.kill()


def run_directory(place, kills, seed, workers_max, counts):
    """One data directory, killed so many times."""
    generator = random.Random(seed)
    data_dir = place / 'data'
    emulator = programs.Emulator(data_dir, place, *OPTIONS)
    workers = [Worker(number, seed, counts) for number in range(workers_max)]
    try:
        for kill in range(kills):
            if generator.random() < 0.15:
                kill_while_starting(emulator, generator)
                counts.kills_at_start += 1
            emulator.start()
            check_files(data_dir, counts)
            in_parallel([lambda worker=worker: worker.audit(emulator.port) for worker in workers], counts)
            if counts.failures():
                return
            dying = threading.Event()
            threads = [threading.Thread(target=worker.run, args=(emulator.port, dying), daemon=True)
                       for worker in workers]
            for thread in threads:
                thread.start()
            time.sleep(0.02 + generator.random() * 0.5)
            dying.set()
            emulator.kill()
            counts.kills += 1
            for thread in threads:
                thread.join()
            if kill % 5 == 4:
                verify(data_dir, counts, leftovers=True)
        emulator.start()
        check_files(data_dir, counts)
        in_parallel([lambda worker=worker: worker.audit(emulator.port) for worker in workers], counts)
        emulator.stop()
        verify(data_dir, counts, leftovers=False)
    finally:
        emulator.kill()


def in_parallel(functions, counts):
    def guarded(function):
        try:
            function()
        except Exception as error:  # whatever it is, the run has failed
            counts.other.append(f'audit: {type(error).__name__}: {error}')

    threads = [threading.Thread(target=guarded, args=(function,), daemon=True) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--kills', type=int, default=10)
    parser.add_argument('--seed', type=int, default=None)
    parser.add_argument('--workers', type=int, default=4)
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1 << 31)
    print(f'seed {seed}', flush=True)
    # On a disk: while it syncs, the change that is in flight is carried out and not yet answered.
    counts = Counts()
    started = time.monotonic()
    directory = 0
    while counts.kills < given.kills and not counts.failures():
        place = pathlib.Path(tempfile.mkdtemp(prefix='glacier-kill.'))
        try:
            run_directory(place, min(KILLS_PER_DIRECTORY, given.kills - counts.kills), seed + directory,
                          given.workers, counts)
        finally:
            shutil.rmtree(place, ignore_errors=True)
        directory += 1
    for failure in counts.failures()[:20]:
        print(failure)
    print(f'{counts}; {time.monotonic() - started:.0f} s')
    return 1 if counts.failures() else 0


if __name__ == '__main__':
    sys.exit(main())

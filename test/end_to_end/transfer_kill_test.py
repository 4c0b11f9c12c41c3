"""Kills `glacier upload` and `glacier retrieve` at random moments, and runs them again until they succeed.

Usage: transfer_kill_test.py [--kills N] [--seed S]

SIGKILL comes N times in uploads and N times in retrievals, spread over all their stages. The emulator, over TLS,
takes its time for each answer, so that they can be met. After each kill the same command is run again. In the
end

- each file is in its vault once, byte for byte, and the command has told no other id than that of its archive;
- what a state file recorded as stored was not sent again: the service still has the bytes that were there then;
- no retrieval has started a second job, and its file is byte for byte what was stored;
- what a state file recorded as fetched was not fetched again.

The emulator's log says what was asked for, its index what is kept, and the state file, read after the kill, what the
command had recorded.
"""

import argparse
import collections
import pathlib
import random
import shutil
import sqlite3
import sys
import tempfile
import time
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

import programs  # noqa: E402
from programs import MIB  # noqa: E402

# Nobody is killed more often than that before it may come to its end.
KILLS_PER_TRANSFER = 6
LIMIT = 60

# How long the emulator takes for what it has done already. A kill then meets the wait for the answer.
DELAYS = {
    'InitiateMultipartUpload': 0.1,
    'UploadMultipartPart': 0.08,
    'ListParts': 0.05,
    'CompleteMultipartUpload': 0.1,
    'ListJobs': 0.05,
    'InitiateJob': 0.1,
}
JOB_DELAY = 0.4
# In the middle of each range.
STALL = 0.04


def emulator_options():
    options = ['--tls', '--job-delay', str(JOB_DELAY), '--inventory-period', '0', '--control-port', '0']
    for operation, seconds in DELAYS.items():
        options += ['--fault', f'operation={operation},effect=delay,time={round(seconds * 1000)}ms']
    options += ['--fault', f'operation=GetJobOutput,effect=stall-answer,bytes={MIB // 2},'
                           f'time={round(STALL * 1000)}ms']
    return options


def read_journal(path):
    """The records of a state file, as (type, fields). What a kill has left of a line does not count."""
    if path is None or not path.exists():
        return []
    records = []
    for line in path.read_bytes().split(b'\n')[:-1]:
        _, kind, *words = (urllib.parse.unquote(word) for word in line.decode().split(' '))
        records.append((kind, dict(word.split('=', 1) for word in words)))
    return records


class Service:
    """An emulator, and what it has been asked for."""

    def __init__(self, place):
        self.emulator = programs.Emulator(place / 'data', place, *emulator_options()).start()
        self.client = programs.boto3_client(self.emulator)
        control = [line.split()[-1] for line in self.emulator.log if line.startswith('control on ')]
        self.control = control[0]
        # Requests of a client that was killed that may still be logged, at most.
        self.under_way = 0

    def lines(self, since):
        """The operations of the log from a line on."""
        heads = (line.split(' fault=')[0] for line in self.emulator.log[since:])
        return [head.split(' ')[1] for head in heads if programs.LOG_LINE.match(head)]

    def count(self, operation, since):
        return self.lines(since).count(operation)

    def settle(self):
        """Waits for what was under way when its client died: until nothing is logged any more."""
        seen = None
        while seen != len(self.emulator.log):
            seen = len(self.emulator.log)
            time.sleep(max(DELAYS.values()) + 0.2)
        self.under_way = 0

    def post(self, path):
        request = urllib.request.Request(self.control + path, method='POST')
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()

    def query(self, text, *values):
        index = sqlite3.connect(f'file:{self.emulator.data_dir}/index.sqlite?mode=ro', uri=True, timeout=30)
        try:
            return index.execute(text, values).fetchall()
        finally:
            index.close()

    def parts(self, upload):
        """The names of the files that hold the parts of an upload, by their first byte. Sent again, a part has
        another one."""
        return dict(self.query('SELECT part.first, content.name FROM part JOIN upload ON part.upload = '
                               'upload.number JOIN content ON part.content = content.number '
                               'WHERE upload.id = ?', upload))

    def segments(self, archive):
        """The same of an archive, in order."""
        return dict(self.query('SELECT segment.first, content.name FROM segment JOIN archive ON '
                               'segment.archive = archive.number JOIN content ON segment.content = '
                               'content.number WHERE archive.id = ? ORDER BY segment.first', archive))

    def bytes_of(self, archive):
        files = {path.name: path for path in (self.emulator.data_dir / 'data').rglob('*') if path.is_file()}
        return b''.join(files[name].read_bytes() for name in self.segments(archive).values())


class Check:
    """Counts kills by stage, and keeps what was wrong."""

    def __init__(self, title):
        self.title = title
        self.kills = collections.Counter()
        self.transfers = 0
        self.taken_up = 0
        self.failures = []

    def expect(self, condition, text):
        if not condition:
            self.failures.append(f'{self.title} {self.transfers}: {text}')

    def __str__(self):
        stages = ', '.join(f'{stage} {count}' for stage, count in sorted(self.kills.items()))
        return (f'{self.title}: {sum(self.kills.values())} kills of {self.transfers} transfers ({stages}), '
                f'pieces taken up {self.taken_up}, failures {len(self.failures)}')


class Transfer:
    """One command that is killed and repeated. Derived classes know what it must leave."""

    # What to kill after, each with how long at most, and how often that is chosen.
    moments = {}

    def __init__(self, service, place, generator, check):
        self.service = service
        self.place = place
        self.random = generator
        self.check = check
        self.kills = 0
        self.finished = None
        check.transfers += 1

    def command(self):
        raise NotImplementedError

    def state_file(self):
        raise NotImplementedError

    def on_killed(self, run):
        raise NotImplementedError

    def on_success(self, run):
        raise NotImplementedError

    def is_finished(self, run):
        """Whether a killed run had done everything already."""
        raise NotImplementedError

    def pieces_left(self):
        """How many are not recorded."""
        raise NotImplementedError

    def run(self, kills_max):
        while True:
            may_kill = self.kills < min(KILLS_PER_TRANSFER, kills_max)
            # The first line of the log that is of this run, if nothing is left of the one before.
            since = len(self.service.emulator.log)
            of_others = self.service.under_way
            left = self.pieces_left()
            running = programs.Running(
                [programs.glacier_program(), '--region', programs.REGION, '--endpoint-url',
                 self.service.emulator.url, '--ca-bundle', self.service.emulator.ca_bundle, *self.command()],
                programs.clean_environment(self.place, {
                    'AWS_ACCESS_KEY_ID': programs.ACCESS_KEY, 'AWS_SECRET_ACCESS_KEY': programs.SECRET_KEY}),
                self.place)
            try:
                if may_kill:
                    self.wait_for_moment(running, since, left)
                    running.process.kill()
                run = running.finish(LIMIT)
            finally:
                running.kill()
            run.since = since
            run.left = left
            run.of_others = of_others
            if run.exit_code == -9:
                self.kills += 1
                self.check.kills[self.stage()] += 1
                self.service.under_way = of_others + self.concurrency
                if self.random.random() < 0.6:
                    self.service.settle()
                self.on_killed(run)
                if not self.is_finished(run):
                    continue
            else:
                self.check.expect(run.exit_code == 0, f'{run}')
                self.service.settle()
            if not self.check.failures:
                self.on_success(run)
            return self.kills

    def wait_for_moment(self, running, since, left):
        names, weights = zip(*((name, weight) for name, (weight, *_) in self.moments.items()))
        chosen = self.random.choices(names, weights)[0]
        _, operation, which, extra = self.moments[chosen]
        count = {'none': 0, 'first': 1, 'some': self.random.randint(1, max(1, left - 1)), 'last': left}[which]
        while operation and self.service.count(operation, since) < count and running.process.poll() is None:
            time.sleep(0.002)
        time.sleep(self.random.random() * extra)

    def records(self, kind):
        return [fields for name, fields in read_journal(self.state_file()) if name == kind]


class Upload(Transfer):

    moments = {
        'begin': (3, None, 'none', 0.25),
        'parts': (8, 'UploadMultipartPart', 'some', DELAYS['UploadMultipartPart']),
        'completion': (2, 'UploadMultipartPart', 'last', DELAYS['CompleteMultipartUpload']),
        'end': (3, 'CompleteMultipartUpload', 'first', 0.03),
    }

    def __init__(self, service, place, generator, check):
        super().__init__(service, place, generator, check)
        size = generator.choice([MIB, 9 * MIB, 12 * MIB + 1, generator.randrange(1, 20 * MIB)])
        self.path = programs.make_file(place / f'file-{check.transfers}', size, seed=generator.randrange(1 << 30))
        self.pieces = (size + MIB - 1) // MIB
        self.concurrency = generator.randint(1, 3)
        self.before = self.archives()
        self.ids = set()
        # What stood at the service for each part when the state file recorded it.
        self.contents = {}

    def command(self):
        return ['upload', self.path, '--vault', 'kills', '--part-size', '1MiB', '--concurrency',
                str(self.concurrency)]

    def state_file(self):
        found = list((self.place / '.local/state/glacier').glob('upload-*'))
        found = [path for path in found if not path.name.endswith('.new')]
        self.check.expect(len(found) <= 1, f'more than one state file: {found}')
        return found[0] if found else None

    def archives(self):
        return self.service.client.describe_vault(vaultName='kills')['NumberOfArchives']

    def stage(self):
        kinds = {kind for kind, _ in read_journal(self.state_file())}
        for kind, stage in (('archive', '5 stored'), ('completing', '4 completing'), ('part', '3 parts'),
                            ('upload', '2 initiated'), ('transfer', '1 begun')):
            if kind in kinds:
                return stage
        return '6 finished' if self.ids or self.archives() > self.before else '0 nothing'

    def recorded(self):
        return {int(fields['number']) for fields in self.records('part')}

    def pieces_left(self):
        return self.pieces - len(self.recorded())

    def note_id(self, run):
        """What was printed of an id, if it was printed wholly."""
        if run.stdout.endswith('\n'):
            self.ids.add(run.stdout.strip())

    def on_killed(self, run):
        self.note_id(run)
        uploads = self.records('upload')
        if uploads:
            kept = self.service.parts(uploads[-1]['id'])
            for number in self.recorded():
                # The parts of an upload that is complete stand with its archive only.
                content = kept.get(number * MIB)
                if content is not None:
                    self.check.expect(self.contents.setdefault(number, content) == content,
                                      f'part {number} was sent again\n{run}')
        sent = self.service.count('UploadMultipartPart', run.since)
        recorded_now = run.left - self.pieces_left() if self.state_file() else run.left
        self.check.expect(sent <= recorded_now + self.concurrency + run.of_others,
                          f'{sent} parts were sent, {recorded_now} recorded\n{run}')

    def is_finished(self, run):
        return bool(self.ids) and self.state_file() is None

    def on_success(self, run):
        self.note_id(run)
        self.check.expect(len(self.ids) == 1, f'not one id: {self.ids}\n{run}')
        self.check.expect(self.archives() == self.before + 1,
                          f'{self.archives() - self.before} archives\n{run}')
        self.check.expect(self.state_file() is None, f'the state file was left: {self.state_file()}')
        if self.check.failures:
            return
        archive = self.ids.pop()
        self.check.expect(self.service.bytes_of(archive) == self.path.read_bytes(), 'other bytes')
        segments = self.service.segments(archive)
        for number, content in self.contents.items():
            self.check.expect(segments.get(number * MIB) == content, f'part {number} was sent again\n{run}')
        self.check.taken_up += len(self.contents)
        if run.exit_code == 0:
            sent = self.service.count('UploadMultipartPart', run.since)
            self.check.expect(sent <= run.left + run.of_others,
                              f'{sent} parts were sent, {run.left} were missing\n{run}')
        self.path.unlink()


class Retrieval(Transfer):

    moments = {
        'begin': (2, None, 'none', 0.25),
        'job': (2, 'ListJobs', 'first', DELAYS['InitiateJob']),
        'wait': (2, 'DescribeJob', 'first', 2 * JOB_DELAY),
        'ranges': (4, 'GetJobOutput', 'some', STALL),
        'commit': (3, 'GetJobOutput', 'last', 0.04),
    }

    def __init__(self, service, place, generator, check, archives):
        super().__init__(service, place, generator, check)
        self.archive, self.original = generator.choice(archives)
        self.pieces = (self.original.stat().st_size + MIB - 1) // MIB
        self.concurrency = generator.randint(1, 3)
        self.output = place / f'retrieved-{check.transfers}'
        # Whatever jobs there were are those of other retrievals.
        service.post('/jobs/complete')
        service.post('/jobs/expire')

    def command(self):
        return ['retrieve', '--archive-id', self.archive, '--vault', 'kills', '--output', self.output,
                '--range-size', '1MiB', '--concurrency', str(self.concurrency)]

    def state_file(self):
        path = self.output.with_name(self.output.name + '.part.state')
        return path if path.exists() else None

    def jobs(self):
        return self.service.client.list_jobs(vaultName='kills')['JobList']

    def stage(self):
        kinds = {kind for kind, _ in read_journal(self.state_file())}
        if 'range' in kinds and self.pieces_left() == 0:
            return '6 committing'
        for kind, stage in (('range', '5 ranges'), ('output', '4 job done'), ('job', '3 waiting'),
                            ('starting_job', '2 starting a job'), ('transfer', '1 begun')):
            if kind in kinds:
                return stage
        return '7 finished' if self.output.exists() else '0 nothing'

    def pieces_left(self):
        return self.pieces - len({fields['number'] for fields in self.records('range')})

    def on_killed(self, run):
        self.check.expect(len(self.jobs()) <= 1, f'{len(self.jobs())} jobs\n{run}')
        fetched = self.service.count('GetJobOutput', run.since)
        recorded_now = run.left - self.pieces_left() if self.state_file() else run.left
        self.check.expect(fetched <= recorded_now + self.concurrency + run.of_others,
                          f'{fetched} ranges were fetched, {recorded_now} recorded\n{run}')
        self.check.expect(not self.output.exists() or self.is_right(), f'other bytes\n{run}')

    def is_right(self):
        return self.output.read_bytes() == self.original.read_bytes()

    def is_finished(self, run):
        return self.output.exists() and self.state_file() is None

    def on_success(self, run):
        self.check.expect(self.output.exists() and self.is_right(), f'other bytes\n{run}')
        left = sorted(path.name for path in self.place.glob(f'{self.output.name}.*'))
        self.check.expect(left == [], f'left: {left}')
        self.check.expect(len(self.jobs()) == 1, f'{len(self.jobs())} jobs\n{run}')
        if run.exit_code == 0:
            fetched = self.service.count('GetJobOutput', run.since)
            self.check.expect(fetched <= run.left + run.of_others,
                              f'{fetched} ranges were fetched, {run.left} were missing\n{run}')
            self.check.taken_up += self.pieces - run.left
        self.output.unlink(missing_ok=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--kills', type=int, default=8, help='of uploads, and as many of retrievals')
    parser.add_argument('--seed', type=int, default=None)
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1 << 31)
    print(f'seed {seed}', flush=True)
    generator = random.Random(seed)
    started = time.monotonic()
    uploads, retrievals = Check('upload'), Check('retrieval')
    place = pathlib.Path(tempfile.mkdtemp(prefix='glacier-transfer-kill.'))
    service = None
    try:
        service = Service(place)
        service.client.create_vault(vaultName='kills')
        kills = 0
        while kills < given.kills and not uploads.failures:
            kills += Upload(service, place, generator, uploads).run(given.kills - kills)
        print(uploads, flush=True)

        archives = []
        for number, size in enumerate((7 * MIB + 5, 12 * MIB)):
            path = programs.make_file(place / f'original-{number}', size, seed=number)
            stored = service.client.upload_archive(vaultName='kills', body=path.read_bytes())
            archives.append((stored['archiveId'], path))
        kills = 0
        while kills < given.kills and not retrievals.failures:
            kills += Retrieval(service, place, generator, retrievals, archives).run(given.kills - kills)
        print(retrievals, flush=True)
    finally:
        if service:
            service.emulator.kill()
        shutil.rmtree(place, ignore_errors=True)
    failures = uploads.failures + retrievals.failures
    for failure in failures[:20]:
        print(failure)
    print(f'{time.monotonic() - started:.0f} s')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())

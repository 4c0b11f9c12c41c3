"""Stores a file and gets it back while every tenth part and every tenth range fails.

Usage: transfer_faults_test.py [--bytes N] [--seed S]

The emulator, over TLS, answers with errors and throttling, resets connections before and after it has done what was
asked, cuts bodies short, changes bytes and hashes. Both transfers must end verified, and what they ask for must stay in
proportion to what failed: the emulator's log says how often a part was sent and a range fetched.
"""

import argparse
import pathlib
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

import programs  # noqa: E402
from programs import MIB  # noqa: E402

# Together a tenth.
PART_FAULTS = (
    ('0.02', 'effect=status,status=500'),
    ('0.02', 'effect=status,code=RequestTimeoutException'),
    ('0.01', 'effect=status,code=ThrottlingException'),
    ('0.02', 'effect=reset-before'),
    ('0.02', 'effect=reset-after'),
    ('0.01', 'effect=wrong-tree-hash'),
)
RANGE_FAULTS = (
    ('0.015', 'effect=status,status=500'),
    ('0.01', 'effect=status,code=ThrottlingException'),
    ('0.015', 'effect=reset-before'),
    ('0.015', 'effect=reset-after'),
    ('0.015', f'effect=cut-body,bytes={MIB // 3}'),
    ('0.015', f'effect=flip-byte,bytes={MIB // 2}'),
    ('0.015', 'effect=wrong-tree-hash'),
)
# The answer to the completion is lost once, and the job's description takes two attempts.
SINGLE_FAULTS = (
    'operation=CompleteMultipartUpload,last=1,effect=reset-after',
    'operation=DescribeJob,last=1,effect=reset-before',
)
# Requests for each part, or range. 1.11 are expected where a tenth fails.
REQUESTS_MAX = 1.25


def emulator_options(seed):
    options = ['--tls', '--job-delay', '0', '--inventory-period', '0', '--seed', str(seed)]
    for operation, faults in (('UploadMultipartPart', PART_FAULTS), ('GetJobOutput', RANGE_FAULTS)):
        for probability, effect in faults:
            options += ['--fault', f'operation={operation},probability={probability},{effect}']
    for fault in SINGLE_FAULTS:
        options += ['--fault', fault]
    return options


class Run:
    """The command, and what the emulator's log has of it."""

    def __init__(self, emulator, place):
        self.emulator = emulator
        self.place = place

    def glacier(self, *arguments, limit=1800):
        running = programs.Running(
            [programs.glacier_program(), '--region', programs.REGION, '--endpoint-url', self.emulator.url,
             '--ca-bundle', self.emulator.ca_bundle, '--output', 'json', *arguments],
            programs.clean_environment(self.place, {
                'AWS_ACCESS_KEY_ID': programs.ACCESS_KEY, 'AWS_SECRET_ACCESS_KEY': programs.SECRET_KEY}),
            self.place)
        finished = running.finish(limit)
        if finished.exit_code != 0:
            raise AssertionError(f'{finished}\n{self.emulator.log_text(30)}')
        return finished

    def count(self, operation, pieces):
        """Checks how often something was asked for, and says it."""
        lines = [line for line in self.emulator.log
                 if programs.LOG_LINE.match(line.split(' fault=')[0]) and line.split(' ')[1] == operation]
        struck = sum(1 for line in lines if ' fault=' in line)
        text = (f'{operation}: {len(lines)} requests for {pieces} pieces ({len(lines) / pieces:.3f} each), '
                f'{struck} struck')
        print(text, flush=True)
        if struck == 0 or len(lines) < pieces:
            raise AssertionError(f'{text}: nothing was tested')
        if len(lines) > REQUESTS_MAX * pieces:
            raise AssertionError(f'{text}: more than {REQUESTS_MAX}')


def transfer(run, size, part_bytes):
    path = programs.make_file(run.place / 'file', size)
    output = run.place / 'output'
    pieces = (size + part_bytes - 1) // part_bytes
    run.glacier('vault', 'create', 'faults')

    started = time.monotonic()
    uploaded = run.glacier('upload', path, '--vault', 'faults', '--part-size', str(part_bytes))
    stored = uploaded.json()
    print(f'upload: {time.monotonic() - started:.1f} s, {uploaded.stderr.splitlines()[-1]}')
    run.count('UploadMultipartPart', pieces)

    started = time.monotonic()
    retrieved = run.glacier('retrieve', '--vault', 'faults', '--output', output, '--range-size', str(part_bytes),
                            '--archive-id', stored['ArchiveId'])
    print(f'retrieval: {time.monotonic() - started:.1f} s, {retrieved.stderr.splitlines()[-1]}')
    run.count('GetJobOutput', pieces)

    if retrieved.json()['SHA256TreeHash'] != stored['SHA256TreeHash']:
        raise AssertionError(f'another tree hash\n{retrieved}')
    if path.stat().st_size != output.stat().st_size:
        raise AssertionError(f'{output.stat().st_size} bytes of {path.stat().st_size}')
    with path.open('rb') as expected, output.open('rb') as found:
        while block := expected.read(16 * MIB):
            if block != found.read(len(block)):
                raise AssertionError('other bytes')
    described = run.glacier('vault', 'describe', 'faults').json()
    if described['NumberOfArchives'] != 1:
        raise AssertionError(f'{described["NumberOfArchives"]} archives')


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--bytes', type=int, default=64 * MIB)
    parser.add_argument('--seed', type=int, default=7)
    given = parser.parse_args()
    # Enough parts for a tenth of them to mean something, and no more requests than needed for it.
    part_bytes = MIB
    while given.bytes // part_bytes > 256:
        part_bytes *= 2
    place = pathlib.Path(tempfile.mkdtemp(prefix='glacier-transfer-faults.'))
    emulator = programs.Emulator(place / 'data', place, *emulator_options(given.seed))
    try:
        print(f'{given.bytes} bytes in pieces of {part_bytes}, seed {given.seed}', flush=True)
        transfer(Run(emulator.start(), place), given.bytes, part_bytes)
    except AssertionError as error:
        print(error)
        return 1
    finally:
        emulator.kill()
        shutil.rmtree(place, ignore_errors=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())

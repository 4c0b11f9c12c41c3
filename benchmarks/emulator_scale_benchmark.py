#!/usr/bin/python3
"""How the emulator bears a vault with very many archives.

Usage: emulator_scale_benchmark.py [--archives N]

GLACIER_EMULATOR_PROGRAM names the executable. The emulator makes the vault and the first archive; the other
rows of the index are then written with SQL, a hundred times as fast as uploads would be. Each archive has
a row, a hash and a file name of its own. Its bytes are one byte, the same for all: the names are hard links to a
few files, so that a million of them take no gigabytes. The names in the directories, which a start has to look
at, are as many as those of real files.
"""

import argparse
import hashlib
import os
import pathlib
import re
import shutil
import sqlite3
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'test' / 'support'))

import programs  # noqa: E402
import raw_client  # noqa: E402

# File systems allow a file only so many names; ext4 65,000.
LINKS_PER_FILE = 50_000


def memory(emulator):
    status = pathlib.Path(f'/proc/{emulator.process.pid}/status').read_text()
    return ' / '.join(f'{int(re.search(name + r":[^0-9]+([0-9]+) kB", status).group(1)) / 1024:.0f} MiB'
                      for name in ('VmRSS', 'VmHWM'))


def measure(what, function):
    start = time.monotonic()
    value = function()
    print(f'  {what:<44} {(time.monotonic() - start) * 1000:>10,.1f} ms', flush=True)
    return value


def expect(answer, status):
    if answer.status != status:
        raise AssertionError(f'{answer}')
    return answer


def fill(data_dir, count):
    index = sqlite3.connect(data_dir / 'index.sqlite')
    index.executescript('PRAGMA synchronous = OFF; BEGIN;')
    hash_of_byte = hashlib.sha256(b'x').digest()
    vault, created = index.execute('SELECT vault, created FROM archive').fetchone()
    index.execute(
        'CREATE TEMP TABLE made AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) '
        'SELECT i, lower(hex(randomblob(16))) AS name, lower(hex(randomblob(69))) AS id FROM n', (count,))
    index.execute('INSERT INTO content (number, name, bytes, leaves) SELECT 1000 + i, name, 1, ? FROM made',
                  (hash_of_byte,))
    index.execute('INSERT INTO archive (number, vault, id, description, bytes, hash, created) '
                  "SELECT 1000 + i, ?, id, 'archive ' || i, 1, ?, ? + i / 1000 FROM made",
                  (vault, hash_of_byte, created))
    index.execute('INSERT INTO segment (archive, first, content) SELECT 1000 + i, 0, 1000 + i FROM made')
    index.execute('UPDATE vault SET archives = archives + ?, bytes = bytes + ?', (count, count))
    names = [name for name, in index.execute('SELECT name FROM made')]
    index.execute('DROP TABLE made')
    index.commit()
    index.close()

    for number in range(256):
        (data_dir / 'data' / f'{number:02x}').mkdir(exist_ok=True)
    for at, name in enumerate(names):
        path = data_dir / 'data' / name[:2] / name
        if at % LINKS_PER_FILE == 0:
            path.write_bytes(b'x')
            origin = path
        else:
            os.link(origin, path)


def inventory(client, port, form):
    done = threading.Event()
    slowest = []
    watcher = threading.Thread(target=watch, args=(port, done, slowest))
    watcher.start()
    job = measure(f'InitiateJob, inventory in {form}',
                  lambda: expect(client.send('POST', 'vaults/large/jobs',
                                             {'Type': 'inventory-retrieval', 'Format': form}), 202))
    done.set()
    watcher.join()
    print(f'    meanwhile, the slowest DescribeVault: {max(slowest) * 1000:.1f} ms')
    path = f'vaults/large/jobs/{job.headers["x-amz-job-id"]}/output'
    measure('  GetJobOutput, its first MiB',
            lambda: expect(client.send('GET', path, headers={'range': 'bytes=0-1048575'}), 206))
    output = measure('  GetJobOutput, all of it', lambda: expect(client.send('GET', path), 200))
    print(f'    {len(output.body) / 1e6:.0f} MB')
    return output.body


def watch(port, done, times):
    """Asks again and again until it is done, and notes how long each answer took."""
    client = raw_client.Client(port)
    while not done.is_set():
        start = time.monotonic()
        expect(client.send('GET', 'vaults/large'), 200)
        times.append(time.monotonic() - start)
    client.close()


def run(place, count):
    emulator = programs.Emulator(place / 'data', place, '--job-delay', '0', '--inventory-period', '0')
    try:
        emulator.start()
        client = raw_client.Client(emulator.port, timeout=600)
        expect(client.send('PUT', 'vaults/large'), 201)
        tree = {'x-amz-sha256-tree-hash': programs.tree_hash(b'x')}
        expect(client.send('POST', 'vaults/large/archives', b'x', tree), 201)
        client.close()
        emulator.stop()
        measure(f'(filling the index with {count:,} archives)', lambda: fill(place / 'data', count))

        measure('start', emulator.start)
        print(f'    resident, at most: {memory(emulator)}')
        client = raw_client.Client(emulator.port, timeout=600)
        measure('ListVaults', lambda: expect(client.send('GET', 'vaults'), 200))
        measure('DescribeVault', lambda: expect(client.send('GET', 'vaults/large'), 200))
        measure('UploadArchive, 1 byte', lambda: expect(
            client.send('POST', 'vaults/large/archives', b'x', tree), 201))
        document = inventory(client, emulator.port, 'JSON')
        lines = inventory(client, emulator.port, 'CSV').count(b'\n')
        if document.count(b'"ArchiveId"') < count or lines < count:
            raise AssertionError('archives are missing from the inventory')
        archive = re.search(rb'"ArchiveId": ?"([0-9a-f]{138})"', document).group(1).decode()
        measure('archive retrieval and its output', lambda: expect(
            client.archive_output('large', archive), 200))
        measure('DeleteArchive', lambda: expect(
            client.send('DELETE', f'vaults/large/archives/{archive}'), 204))
        print(f'    resident, at most: {memory(emulator)}')
        client.close()
        measure('stop', emulator.stop)
        measure('start again', emulator.start)
        emulator.kill()
        measure('start after a kill', emulator.start)
        emulator.stop()
        print(f'    index: {(place / "data" / "index.sqlite").stat().st_size / 2 ** 20:.0f} MiB')
    finally:
        emulator.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--archives', type=int, default=1_000_000)
    given, _ = parser.parse_known_args()
    place = pathlib.Path(tempfile.mkdtemp(prefix='glacier-scale.'))
    try:
        run(place, given.archives)
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == '__main__':
    main()

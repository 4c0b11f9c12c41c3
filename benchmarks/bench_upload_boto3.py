#!/usr/bin/python3
"""A peer of uploads: boto3 with four threads, each of which reads a part and hands it to the client.

Usage: bench_upload_boto3.py port=N ca=FILE file=FILE [part-mib=16] [connections=4]

botocore computes both hashes of each part, and signs. Prints one line, as the programs written in C++ do.
"""

import hashlib
import os
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
import botocore.config

MIB = 1024 * 1024


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime, usage.ru_stime


def peak_resident_kib():
    with open('/proc/self/status', encoding='ascii') as status:
        return next(int(line.split()[1]) for line in status if line.startswith('VmHWM:'))


def main():
    given = dict(word.split('=', 1) for word in sys.argv[1:])
    part_bytes = int(given.get('part-mib', 16)) * MIB
    threads = int(given.get('connections', 4))
    glacier = boto3.client(
        'glacier', endpoint_url=f'https://localhost:{given["port"]}', region_name='us-east-1', verify=given['ca'],
        aws_access_key_id='AKIAIOSFODNN7EXAMPLE', aws_secret_access_key='wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
        config=botocore.config.Config(max_pool_connections=threads))

    user, system = cpu()
    start = time.monotonic()
    with open(given['file'], 'rb') as file:
        size = os.fstat(file.fileno()).st_size
        upload = glacier.initiate_multipart_upload(vaultName='bench', partSize=str(part_bytes))['uploadId']

        def send(offset):
            part = os.pread(file.fileno(), min(part_bytes, size - offset), offset)
            return glacier.upload_multipart_part(
                vaultName='bench', uploadId=upload, range=f'bytes {offset}-{offset + len(part) - 1}/*',
                body=part)['checksum']

        with ThreadPoolExecutor(threads) as pool:
            hashes = [bytes.fromhex(each) for each in pool.map(send, range(0, size, part_bytes))]
    while len(hashes) > 1:
        pairs = [hashes[i:i + 2] for i in range(0, len(hashes), 2)]
        hashes = [hashlib.sha256(b''.join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    glacier.complete_multipart_upload(vaultName='bench', uploadId=upload, archiveSize=str(size),
                                      checksum=hashes[0].hex())
    seconds = time.monotonic() - start
    user_after, system_after = cpu()
    print(f'bytes {size} seconds {seconds:.4f} user_s {user_after - user:.4f} system_s {system_after - system:.4f} '
          f'start_s {user + system:.4f} peak_rss_mib {peak_resident_kib() / 1024:.1f}')


if __name__ == '__main__':
    main()

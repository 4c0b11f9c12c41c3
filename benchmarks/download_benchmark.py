#!/usr/bin/python3
"""Downloads of 1 GiB in ranges of 16 MiB over 4 connections with TLS 1.3: CPU, wall time and memory of the client.

Usage: download_benchmark.py [--rounds N] [--quick]

The server is sink_server, whose ranges have their tree hashes, which each client checks. One floor does that with the
quickest kernel and what blocking SSL_read gives; the other writes the bytes into a file as well. Files are in /dev/shm
if there is one.
"""

import transfer_programs as transfers

FLOOR = 'floor: SSL_read, tree hash'
FLOOR_OF_FILE = 'floor: the same into a file'


def main():
    given = transfers.arguments(__doc__)
    with transfers.Place() as place:
        size = (64 if given.quick else 1_024) * transfers.MIB
        server = [*place.sink(), f'job=job-{size}']
        file = place.outputs / 'output'

        def run(name, *options):
            def once():
                file.unlink(missing_ok=True)
                return place.run([transfers.program(name), *server, *options])
            return once

        figures = transfers.take_turns({
            'SSL_read, no hashes': run('bench_download_floor', f'bytes={size}', 'block-mib=0'),
            FLOOR: run('bench_download_floor', f'bytes={size}'),
            FLOOR_OF_FILE: run('bench_download_floor', f'bytes={size}', f'file={file}'),
            'glacier, into a sink': run('bench_download'),
            'glacier, into a sink, ranges of 16 MiB': run('bench_download', 'range-mib=16'),
            'glacier, into a file': run('bench_download', f'file={file}'),
        }, given.rounds)
        transfers.print_table(figures, {'floor': FLOOR, 'file': FLOOR_OF_FILE})


if __name__ == '__main__':
    main()

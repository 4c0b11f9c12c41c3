#!/usr/bin/python3
"""1,000 small uploads at once on one client: CPU and memory for each of them.

Usage: many_benchmark.py [--rounds N] [--quick]

Each uploads the same file of 2 MiB in two parts: four requests, the first and the last without a body. The pool has its
default size, 32 connections. Memory is the peak of the process without that of one upload alone, divided by their number.
"""

import transfer_programs as transfers


def main():
    given = transfers.arguments(__doc__)
    uploads = 50 if given.quick else 1_000
    with transfers.Place() as place:
        server = place.sink()
        file = place.file(2 * transfers.MIB)

        def run(count):
            return lambda: place.run([transfers.program('bench_upload'), *server, f'file={file}', 'part-mib=1',
                                      f'uploads={count}'])

        figures = transfers.take_turns({1: run(1), uploads: run(uploads)}, given.rounds)
        each = figures[uploads]
        memory = (each['peak_rss_mib'] - figures[1]['peak_rss_mib']) / uploads * 1_024
        print(f'  {uploads:,} uploads of 2 MiB: {each["seconds"]:.2f} s, {each["cpu_s"] / uploads * 1e3:.2f} ms of CPU and '
              f'{memory:.1f} KiB of memory each, {each["peak_rss_mib"]:.1f} MiB in all')
        print(f'  one alone: {figures[1]["cpu_s"] * 1e3:.2f} ms of CPU, {figures[1]["peak_rss_mib"]:.1f} MiB in all')


if __name__ == '__main__':
    main()

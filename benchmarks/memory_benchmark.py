#!/usr/bin/python3
"""Peak memory of a transfer against the size of its parts, or of its ranges, from 1 MiB to 4 GiB.

Usage: memory_benchmark.py [--quick]

Files are sparse, and each has two parts at least. `RSS` is the peak of all that the process has in memory, mapped files
included; `anonymous` what of it was its own, looked at every few milliseconds. One round: memory does not vary.
"""

import transfer_programs as transfers


def main():
    given = transfers.arguments(__doc__)
    sizes = [1, 16, 64] if given.quick else [1, 4, 16, 64, 256, 1_024, 4_096]
    with transfers.Place() as place:
        server = place.sink()
        file = place.path / 'file'
        print(f'  {"":<26}{"part MiB":>9}{"file MiB":>10}{"RSS MiB":>9}{"anonymous":>11}')

        def show(name, part, mib, figures):
            print(f'  {name:<26}{part:>9,}{mib:>10,}{figures["peak_rss_mib"]:>9.1f}'
                  f'{figures["peak_anonymous_mib"]:>11.1f}', flush=True)

        for part in sizes:
            mib = max(2 * part, 64 if given.quick else 512)
            with open(file, 'wb') as sparse:
                sparse.truncate(mib * transfers.MIB)
            for mode in ('blocks', 'mapped'):
                show(f'upload, {mode}', part, mib,
                     place.watch([transfers.program('bench_upload'), *server, f'file={file}', f'part-mib={part}',
                                  f'mode={mode}']))
            file.unlink()


if __name__ == '__main__':
    main()

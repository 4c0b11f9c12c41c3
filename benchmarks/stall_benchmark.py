#!/usr/bin/python3
"""How late a timer of 1 ms is on the loop on which a transfer runs at full speed.

Usage: stall_benchmark.py [--rounds N] [--quick]

The loop has one thread. Milliseconds by which the timer was late; of each figure the median of the rounds. For
comparison the same timer on a loop that has nothing else to do, alone and while another process keeps a processor busy,
which is what the machine itself does. The server runs in the class for idle processors (chrt --idle): it has what the
client leaves, nearly as if it were another machine, but it still has a turn of some milliseconds now and then. In the
rows marked `beside` it is a process like any other, which wants the same processors at the same time. In those marked
`first` the client goes before all other processes, if the system allows that (chrt --rr): what is left is its own doing.
"""

import contextlib
import subprocess
import sys

import transfer_programs as transfers


@contextlib.contextmanager
def busy_process():
    process = subprocess.Popen([sys.executable, '-c', 'while True: pass'])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def main():
    given = transfers.arguments(__doc__)
    with transfers.Place() as place:
        size = (64 if given.quick else 1_024) * transfers.MIB
        away, beside = place.sink(before=('chrt', '--idle', '0')), place.sink()
        file = place.file(size)
        output = place.outputs / 'output'

        def idle():
            return place.run([transfers.program('bench_idle'), f'seconds={1 if given.quick else 3}'])

        def idle_and_busy():
            with busy_process():
                return idle()

        def upload(server, *options, before=()):
            return lambda: place.run([*before, transfers.program('bench_upload'), *server, f'file={file}', 'ticker=1',
                                      *options])

        def download(server, *options, before=()):
            def once():
                output.unlink(missing_ok=True)
                return place.run([*before, transfers.program('bench_download'), *server, f'job=job-{size}', 'ticker=1',
                                  *options])
            return once

        loads = {'nothing': idle, 'nothing, another process busy': idle_and_busy}
        for path, name in transfers.hash_paths().items():
            loads[f'upload, blocks, {name}'] = upload(away, 'mode=blocks', f'hash={path}')
        loads['download into a sink, OpenSSL'] = download(away, 'hash=openssl')
        ways = {'': (away, ()), 'beside: ': (beside, ())}
        first = ('chrt', '--rr', '10')
        if subprocess.run([*first, 'true'], stderr=subprocess.DEVNULL).returncode == 0:
            ways['first: '] = (away, first)
        for prefix, (server, before) in ways.items():
            loads[f'{prefix}upload, blocks'] = upload(server, 'mode=blocks', before=before)
            loads[f'{prefix}upload, mapped'] = upload(server, 'mode=mapped', before=before)
            loads[f'{prefix}download into a file'] = download(server, f'file={output}', before=before)
            loads[f'{prefix}download into a sink'] = download(server, before=before)
        print(f'  {"on the loop":<34}{"ticks":>8}{"p50 ms":>9}{"p99 ms":>9}{"p99.9 ms":>10}{"max ms":>9}')
        for name, each in transfers.take_turns(loads, given.rounds).items():
            print(f'  {name:<34}{each["ticks"]:>8.0f}{each["p50_ms"]:>9.3f}{each["p99_ms"]:>9.3f}'
                  f'{each["p999_ms"]:>10.3f}{each["max_ms"]:>9.3f}', flush=True)


if __name__ == '__main__':
    main()

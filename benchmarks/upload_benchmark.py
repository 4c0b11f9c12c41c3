#!/usr/bin/python3
"""Uploads of 1 GiB in parts of 16 MiB over 4 connections with TLS 1.3: CPU, wall time and memory of the client.

Usage: upload_benchmark.py [--rounds N] [--quick]

The server is sink_server, which drops what it gets; a second table is against the emulator, which checks and keeps
it. The floor computes both hashes of all parts by the quickest kernel and gives the mapped file to blocking SSL_write.
First each client uploads once to a server that computes the hashes too, and refuses wrong ones.
"""

import shutil

import transfer_programs as transfers

FLOOR = 'floor: hashes, SSL_write'
CURL = 'libcurl, OpenSSL hashes'
BOTO3 = 'boto3, 4 threads'


def clients_of(place, server):
    """Functions that upload by one client each, and give its figures."""
    def run(name, *options):
        return lambda: place.run([transfers.program(name), *server, *options])
    return {
        FLOOR: run('bench_upload_floor'),
        CURL: run('bench_upload_curl'),
        BOTO3: lambda: place.run(['/usr/bin/python3', transfers.HERE / 'bench_upload_boto3.py', *server]),
        **{f'glacier, {mode}': run('bench_upload', f'mode={mode}') for mode in ('mapped', 'blocks', 'memory')},
    }


def without_hashes(place, server):
    return {
        'SSL_write, no hashes': lambda: place.run(
            [transfers.program('bench_upload_floor'), *server, 'hash=none']),
        'libcurl, no hashes': lambda: place.run([transfers.program('bench_upload_curl'), *server, 'hash=0']),
    }


def by_hash_path(place, server):
    return {
        f'glacier, mapped, {name}': lambda path=path: place.run(
            [transfers.program('bench_upload'), *server, 'mode=mapped', f'hash={path}'])
        for path, name in transfers.hash_paths().items()
    }


def against_emulator(place, file, rounds):
    """The clients that sign. Each upload has an emulator of its own, so that no disk fills up."""
    figures = {name: [] for name in clients_of(place, []) if name not in (FLOOR, CURL)}
    for _ in range(rounds):
        for name in figures:
            with place.emulator() as (server, data_dir):
                transfers.create_vault(place, server)
                figures[name].append(clients_of(place, [*server, f'file={file}'])[name]())
            shutil.rmtree(data_dir)
    return {name: transfers.median(each) for name, each in figures.items()}


def main():
    given = transfers.arguments(__doc__)
    with transfers.Place() as place:
        file = place.file((64 if given.quick else 1_024) * transfers.MIB)
        for client in clients_of(place, [*place.sink('verify=1'), f'file={file}']).values():
            client()
        server = [*place.sink(), f'file={file}']
        clients = {**without_hashes(place, server), **clients_of(place, server), **by_hash_path(place, server)}
        figures = transfers.take_turns(clients, given.rounds)
        transfers.print_table(figures, {'floor': FLOOR, 'libcurl': CURL, 'boto3': BOTO3})
        print('  to the emulator:')
        transfers.print_table(against_emulator(place, file, given.rounds), {'boto3': BOTO3})


if __name__ == '__main__':
    main()

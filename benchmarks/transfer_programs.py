"""What the benchmarks of transfers share: the server that takes and gives bytes, and clients that take turns.

GLACIER_BENCHMARK_PROGRAMS names the directory of the programs, GLACIER_EMULATOR_PROGRAM the emulator. Each client is a
process of its own, which prints one line of names and numbers. `CPU` is user and system time of that process alone
without its start, which is that of a language more than of a client; `wall` is that of the transfer. The clients take
turns, round by round, and of each the median counts, so that what else the machine does falls on all of them.
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'test' / 'support'))

import programs  # noqa: E402

MIB = 1024 * 1024
GIB = 1024 * MIB

CREATE_VAULT = '''
import boto3, sys
url, ca, access_key, secret_key = sys.argv[1:]
boto3.client('glacier', endpoint_url=url, verify=ca, region_name='us-east-1', aws_access_key_id=access_key,
             aws_secret_access_key=secret_key).create_vault(vaultName='bench')
'''

HERE = pathlib.Path(__file__).resolve().parent


def arguments(description, rounds=5):
    """Parses what is common; the rest of the command line is for other benchmarks."""
    parser = argparse.ArgumentParser(description=description.split('\n')[0])
    parser.add_argument('--rounds', type=int, default=rounds)
    parser.add_argument('--quick', action='store_true', help='one round with little data, to see that it works')
    given, _ = parser.parse_known_args()
    if given.quick:
        given.rounds = 1
    return given


def program(name):
    if 'GLACIER_BENCHMARK_PROGRAMS' not in os.environ:
        raise SystemExit('GLACIER_BENCHMARK_PROGRAMS must name the directory of the programs: `./dev bench` sets it')
    return str(pathlib.Path(os.environ['GLACIER_BENCHMARK_PROGRAMS']).absolute() / name)


def hash_paths():
    """What this processor can compute hashes with: the arguments of the programs, and names for people."""
    flags = pathlib.Path('/proc/cpuinfo').read_text(encoding='ascii').split()
    paths = {'openssl': 'OpenSSL'}
    if 'sha_ni' in flags:
        paths['sha_ni'] = 'SHA extensions'
    if 'avx512bw' in flags:
        paths['avx512'] = 'AVX-512'
    return paths


class Place:
    """A directory that goes at the end, with all that was started in it. `outputs` is one for what clients write."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix='glacier-transfer.'))
        # What it costs to write to a disk depends on the disk, and on when the kernel does it for whom.
        memory = pathlib.Path('/dev/shm')
        self.outputs = pathlib.Path(tempfile.mkdtemp(prefix='glacier-transfer.',
                                                     dir=memory if os.access(memory, os.W_OK) else None))
        self._processes = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self._processes:
            process.kill()
            process.wait()
        shutil.rmtree(self.path, ignore_errors=True)
        shutil.rmtree(self.outputs, ignore_errors=True)

    def file(self, size):
        """A file of random bytes, which the kernel then has in memory."""
        free = shutil.disk_usage(self.path).free
        if free < 3 * size:
            raise SystemExit(f'{self.path} has {free // MIB} MiB free, which is too little: set TMPDIR')
        path = self.path / 'file'
        with open(path, 'wb') as file:
            for _ in range(0, size, MIB):
                file.write(os.urandom(MIB))
            os.fsync(file.fileno())
        return path

    def start(self, command, ready):
        """Starts a program and reads what it prints up to a line with `ready`; gives the lines."""
        process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, env=self.environment(), text=True)
        self._processes.append(process)
        lines = []
        while not (lines and ready in lines[-1]):
            line = process.stdout.readline()
            if not line:
                raise AssertionError(f'{command[0]} ended at once')
            lines.append(line.rstrip('\n'))
        return lines

    def sink(self, *options, before=()):
        """Starts sink_server, through the command `before` if there is one; gives the arguments that its clients need."""
        ca = self.path / f'ca-{len(self._processes)}.pem'
        listening = self.start([*before, program('sink_server'), f'ca={ca}', *options], 'listening')[-1]
        return [f'port={listening.rsplit(":", 1)[1]}', f'ca={ca}']

    @contextlib.contextmanager
    def emulator(self):
        """An emulator that goes at the end of the block; gives the arguments for its clients, and its directory."""
        data_dir = self.path / 'emulator'
        emulator = programs.Emulator(data_dir, self.path, '--tls', '--log', 'none')
        try:
            emulator.start()
            yield [f'port={emulator.port}', f'ca={emulator.ca_bundle}'], data_dir
        finally:
            emulator.kill()

    def environment(self):
        return programs.clean_environment(self.path)

    def run(self, command):
        """Runs a client to its end; gives its figures."""
        return self._run(command, lambda process: None)

    def watch(self, command):
        """The same, and the peak of the memory that is the client's own."""
        peak = [0]
        ended = threading.Event()

        def look(process):
            status = pathlib.Path(f'/proc/{process.pid}/status')
            while not ended.wait(0.005):
                with contextlib.suppress(OSError):
                    for line in status.read_text(encoding='ascii').splitlines():
                        if line.startswith('RssAnon:'):
                            peak[0] = max(peak[0], int(line.split()[1]))

        def start(process):
            watcher.append(threading.Thread(target=look, args=(process,)))
            watcher[0].start()

        watcher = []
        try:
            figures = self._run(command, start)
        finally:
            ended.set()
            watcher[0].join()
        return {**figures, 'peak_anonymous_mib': peak[0] / 1024}

    def _run(self, command, on_start):
        process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, env=self.environment(), text=True)
        on_start(process)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        if process.returncode:
            raise AssertionError(f'{" ".join(process.args)} failed with exit code {process.returncode}')
        words = output.split()
        figures = {name: float(value) for name, value in zip(words[::2], words[1::2])}
        figures['cpu_s'] = usage.ru_utime + usage.ru_stime - figures['start_s']
        return figures


def create_vault(place, server):
    """The vault `bench` of an emulator."""
    given = dict(word.split('=', 1) for word in server)
    subprocess.run(['/usr/bin/python3', '-c', CREATE_VAULT, f'https://localhost:{given["port"]}', given['ca'],
                    programs.ACCESS_KEY, programs.SECRET_KEY], env=place.environment(), check=True)


def median(rounds):
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}


def take_turns(clients, rounds):
    """Runs each of the clients, a dictionary of functions, once a round; gives the medians of their figures."""
    results = {name: [] for name in clients}
    for _ in range(rounds):
        for name, client in clients.items():
            results[name].append(client())
    return {name: median(each) for name, each in results.items()}


def print_table(figures, compare):
    """One row for each client. `compare`: what the CPU is divided by, and in the last column the wall time."""
    width = max(map(len, figures)) + 2
    heads = ''.join(f'{"/ " + short:>10}' for short in compare)
    print(f'  {"":<{width}}{"CPU s/GiB":>10}{"user":>7}{"system":>8}{"wall s":>8}{"RSS MiB":>9}{heads}')
    for name, each in figures.items():
        gib = each['bytes'] / GIB
        ratios = ''
        for other in compare.values():
            to = figures.get(other)
            ratios += f'{each["cpu_s"] / to["cpu_s"]:>10.2f}' if to else f'{"-":>10}'
        print(f'  {name:<{width}}{each["cpu_s"] / gib:>10.2f}{each["user_s"] / gib:>7.2f}'
              f'{each["system_s"] / gib:>8.2f}{each["seconds"]:>8.2f}{each["peak_rss_mib"]:>9.1f}{ratios}', flush=True)

#!/usr/bin/python3
"""Small operations: signed DescribeVault requests over TLS, against an emulator in a process of its own.

Usage: small_operations_benchmark.py [--operations N] [--rounds N]

GLACIER_EMULATOR_PROGRAM names the emulator, GLACIER_BENCH_DESCRIBE the program bench_describe. The clients take turns,
round by round, and of each the median counts, so that what else the machine does falls on all of them. `CPU` is user and
system time of the client alone. Floor and peers, each left out if it is not installed:

  wrk     sends the same signed request again and again, and looks at nothing but the status: the floor
  boto3   32 threads with a connection each; counted after a request of each, so without its start
"""

import argparse
import datetime
import hashlib
import hmac
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'test' / 'support'))

import programs  # noqa: E402

VERSION = '2012-06-01'

BOTO = '''
import resource, sys, time
from concurrent.futures import ThreadPoolExecutor
import boto3, botocore.config
url, ca, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
glacier = boto3.client('glacier', endpoint_url=url, region_name='us-east-1', verify=ca,
                       config=botocore.config.Config(max_pool_connections=32))
def describe(_):
    glacier.describe_vault(vaultName='bench')
threads = ThreadPoolExecutor(32)
list(threads.map(describe, range(32)))
def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
before, start = cpu(), time.monotonic()
list(threads.map(describe, range(count)))
print(count / (time.monotonic() - start), (cpu() - before) / count * 1e6)
'''


def signed_headers(host, path):
    """Headers of a GET request that the emulator accepts for the next five minutes."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime('%Y%m%dT%H%M%SZ')
    names = 'host;x-amz-date;x-amz-glacier-version'
    canonical = '\n'.join(['GET', path, '', f'host:{host}', f'x-amz-date:{now}',
                           f'x-amz-glacier-version:{VERSION}', '', names,
                           hashlib.sha256(b'').hexdigest()])
    scope = f'{now[:8]}/{programs.REGION}/glacier/aws4_request'
    text = '\n'.join(['AWS4-HMAC-SHA256', now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ('AWS4' + programs.SECRET_KEY).encode()
    for part in scope.split('/'):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return {'x-amz-date': now, 'x-amz-glacier-version': VERSION,
            'Authorization': f'AWS4-HMAC-SHA256 Credential={programs.ACCESS_KEY}/{scope}, '
                             f'SignedHeaders={names}, Signature={signature}'}


class Bench:

    def __init__(self, place):
        self.place = place
        self.emulator = programs.Emulator(place / 'data', place, '--tls', '--log', 'none',
                                          '--connections-max', '20000')

    def environment(self, **changes):
        return programs.clean_environment(self.place, {
            'CA': self.emulator.ca_bundle, 'AWS_CA_BUNDLE': self.emulator.ca_bundle,
            'AWS_ACCESS_KEY_ID': programs.ACCESS_KEY, 'AWS_SECRET_ACCESS_KEY': programs.SECRET_KEY,
            'AWS_REGION': programs.REGION, 'AWS_DEFAULT_REGION': programs.REGION, **changes})

    def run(self, command, **changes):
        """What the program prints, and the seconds of CPU that it took."""
        process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE,
                                   env=self.environment(**changes), text=True)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        if process.returncode:
            raise AssertionError(f'{command[0]} failed with exit code {process.returncode}')
        return output, usage.ru_utime + usage.ru_stime

    def describe(self, operations, concurrent, **changes):
        program = os.path.abspath(os.environ['GLACIER_BENCH_DESCRIBE'])
        output, _ = self.run([program, operations, concurrent, self.emulator.port], **changes)
        words = output.split()
        return {name: float(value) for name, value in zip(words[::2], words[1::2])}

    def create_vault(self):
        self.run([sys.executable, '-c',
                  "import boto3, sys; boto3.client('glacier', endpoint_url=sys.argv[1], "
                  "region_name='us-east-1').create_vault(vaultName='bench')", self.emulator.url])

    def wrk(self, seconds, connections):
        headers = signed_headers(f'localhost:{self.emulator.port}', '/-/vaults/bench')
        command = ['wrk', '-t', '1', '-c', connections, '-d', f'{seconds}s']
        for name, value in headers.items():
            command += ['-H', f'{name}: {value}']
        output, cpu = self.run([*command, f'https://localhost:{self.emulator.port}/-/vaults/bench'])
        if 'Non-2xx' in output:
            raise AssertionError(f'the emulator refused requests of wrk:\n{output}')
        requests = int(re.search(r'(\d+) requests in', output).group(1))
        rate = float(re.search(r'Requests/sec: +([\d.]+)', output).group(1))
        return {'operations/s': rate, 'cpu_us/operation': cpu / requests * 1e6}

    def boto3(self, operations):
        output, _ = self.run([sys.executable, '-c', BOTO, f'https://localhost:{self.emulator.port}',
                              self.emulator.ca_bundle, operations])
        rate, cpu = map(float, output.split())
        return {'operations/s': rate, 'cpu_us/operation': cpu}


def median(rounds):
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}


def row(name, figures, floor, peer):
    def ratio(to):
        return f'{figures["cpu_us/operation"] / to["cpu_us/operation"]:>9.3f}' if to else f'{"-":>9}'
    rss = f'{figures["peak_rss_mib"]:>9.1f}' if 'peak_rss_mib' in figures else f'{"-":>9}'
    print(f'  {name:<34}{figures["operations/s"]:>12,.0f}{figures["cpu_us/operation"]:>10.1f}'
          f'{ratio(floor)}{ratio(peer)}{rss}', flush=True)


def measure(bench, operations, rounds):
    clients = {
        'glacier, 32 in flight': lambda: bench.describe(operations, 32),
        'glacier, 1,000 in flight': lambda: bench.describe(operations, 1_000),
        'glacier, 32, 5,000 requests': lambda: bench.describe(5_000, 32),
    }
    if shutil.which('wrk'):
        clients['wrk, 32 connections'] = lambda: bench.wrk(3, 32)
    clients['boto3, 32 threads'] = lambda: bench.boto3(2_000)
    results = {name: [] for name in clients}
    for _ in range(rounds):
        for name, client in clients.items():
            results[name].append(client())
    figures = {name: median(each) for name, each in results.items()}
    floor = figures.get('wrk, 32 connections')
    peer = figures['boto3, 32 threads']
    print(f'  {"":<34}{"requests/s":>12}{"CPU us":>10}{"/ wrk":>9}{"/ boto3":>9}{"RSS MiB":>9}')
    for name, each in figures.items():
        row(name, each, floor, peer)

    counted = bench.describe(operations, 32, COUNT_HANDSHAKES='1')
    print(f'  handshakes of {operations:,} operations, 32 in flight: {counted["handshakes"]:.0f}')
    many = bench.describe(20_000, 10_000)
    print(f'  10,000 pending operations: {many["peak_rss_mib"]:.1f} MiB at most, '
          f'{many["bytes/pending"]:,.0f} bytes each')
    for name, resumption in (('without resumption', '0'), ('with resumption', '1')):
        fresh = median([bench.describe(2_000, 8, CONNECTION_PER_REQUEST='1', COUNT_HANDSHAKES='1',
                                       RESUMPTION=resumption) for _ in range(rounds)])
        print(f'  a connection for each request, {name}: {fresh["operations/s"]:,.0f} a second, '
              f'{fresh["cpu_us/operation"]:,.0f} us of CPU each, {fresh["resumed"]:,.0f} of '
              f'{fresh["handshakes"]:,.0f} resumed')


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--operations', type=int, default=20_000)
    parser.add_argument('--rounds', type=int, default=3)
    given, _ = parser.parse_known_args()
    place = pathlib.Path(tempfile.mkdtemp(prefix='glacier-small.'))
    bench = Bench(place)
    try:
        bench.emulator.start()
        bench.create_vault()
        measure(bench, given.operations, given.rounds)
    finally:
        bench.emulator.kill()
        shutil.rmtree(place, ignore_errors=True)


if __name__ == '__main__':
    main()

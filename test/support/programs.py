"""Runs the two programs, glacier and glacier-emulator, for the tests written in Python.

The environment variables GLACIER_PROGRAM and GLACIER_EMULATOR_PROGRAM name the executables. With
GLACIER_TEST_TRACE the command logs all its events, and they are searched for secrets too. Nothing
here depends on a fixed port, on the user's own configuration, or on the order of the tests, and
every process ends with the test that started it, however that test ends.
"""

import atexit
import ctypes
import datetime
import hashlib
import json
import os
import pathlib
import random
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

MIB = 1024 * 1024

ACCESS_KEY = 'AKIAIOSFODNN7EXAMPLE'
SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
ACCOUNT = '123456789012'
REGION = 'us-east-1'

# Exit codes of the command.
SUCCESS = 0
USAGE = 2
LOCAL_FILE = 3
CONFIGURATION = 4
REFUSED = 5
NOT_REACHED = 6
NOT_VERIFIED = 7
OUTCOME_UNKNOWN = 8
INTERRUPTED = 130
TERMINATED = 143

# How long, in seconds, a run of the command may take before it counts as a hang, and how long an
# emulator may take to start or to stop.
TIME_LIMIT = 60
START_LIMIT = 30
STOP_LIMIT = 30

# With what is secret in a header of authorization: of the service, of a proxy.
AUTHORIZATION = re.compile(r'Signature=(?!\[redacted\])|AWS4-HMAC-SHA256 Credential=|Basic [A-Za-z0-9+/]{8}')

# A line of the emulator's log; the guide explains it.
LOG_LINE = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S+ \S+ \S+ \d{3} \d+ \d+ \d+ms \S+( failed: .+)?$')

EMULATOR_GUIDE = pathlib.Path(__file__).resolve().parent.parent.parent / 'docs/guide/emulator.md'

# What a sanitizer or a coverage build needs passes through to the programs; nothing else does.
_PASSED_ON = re.compile(r'PATH|TMPDIR|LD_LIBRARY_PATH|LLVM_PROFILE_FILE|GCOV_PREFIX.*|[A-Z]+SAN_.*')

# unittest cleans up after a failure, but not after an interrupt: what is registered with atexit
# does. A request to terminate counts as an interrupt.
signal.signal(signal.SIGTERM, signal.default_int_handler)

_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def glacier_program():
    return _program('GLACIER_PROGRAM')


def emulator_program():
    return _program('GLACIER_EMULATOR_PROGRAM')


def _program(variable):
    path = os.environ.get(variable)
    if not path:
        raise RuntimeError(f'the environment variable {variable} must name the executable')
    return os.path.abspath(path)


def isolate():
    """Takes the user's own settings out of this process, for libraries that read them here."""
    for name in list(os.environ):
        if name.startswith(('AWS_', 'BOTO_')) or name.lower().endswith('_proxy'):
            del os.environ[name]
    os.environ['AWS_CONFIG_FILE'] = os.devnull
    os.environ['AWS_SHARED_CREDENTIALS_FILE'] = os.devnull
    os.environ['AWS_EC2_METADATA_DISABLED'] = 'true'


def clean_environment(home, changes=None):
    """An environment with nothing of the user's own. A change to None removes a variable."""
    environment = {name: value for name, value in os.environ.items() if _PASSED_ON.fullmatch(name)}
    environment.update(HOME=str(home), LC_ALL='C.UTF-8', AWS_EC2_METADATA_DISABLED='true')
    for name, value in (changes or {}).items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = str(value)
    return environment


def wait_until(condition, what, limit=30):
    """Polls until the condition gives something true, and returns that."""
    deadline = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f'gave up after {limit} s: {what}')
        time.sleep(0.02)


def operations_of_guide(client):
    """The operations that the emulator's guide says this client has exercised, and all that it lists."""
    text = EMULATOR_GUIDE.read_text(encoding='utf-8').split('\n## Clients that judge it\n', 1)[1]
    rows = [[cell.strip() for cell in line.strip('|').split('|')]
            for line in text.split('\n## ', 1)[0].splitlines() if line.startswith('|')]
    column = rows[0].index(client)
    operations = {row[0].strip('`'): row[column] for row in rows[2:]}
    unclear = {cell for cell in operations.values()} - {'yes', ''}
    if unclear:
        raise AssertionError(f'the guide has {unclear} where it must have yes or nothing')
    return {name for name, cell in operations.items() if cell}, set(operations)


# ---------------------------------------------------------------------------------------------
# Files and tree hashes


def make_file(path, size, seed=1):
    """Writes a file whose bytes depend on nothing but size and seed, and returns its path."""
    generator = random.Random(seed)
    with open(path, 'wb') as file:
        while size > 0:
            block = generator.randbytes(min(size, MIB))
            file.write(block)
            size -= len(block)
    return pathlib.Path(path)


def tree_hash(data):
    """The SHA-256 tree hash of bytes, in hexadecimal."""
    level = [hashlib.sha256(data[at:at + MIB]).digest() for at in range(0, len(data), MIB)]
    level = level or [hashlib.sha256(b'').digest()]
    while len(level) > 1:
        pairs = [level[at:at + 2] for at in range(0, len(level), 2)]
        level = [hashlib.sha256(b''.join(pair)).digest() if len(pair) == 2 else pair[0]
                 for pair in pairs]
    return level[0].hex()


def tree_hash_of_file(path):
    return tree_hash(pathlib.Path(path).read_bytes())


def damage_archive(data_dir, content):
    """Flips one bit of a stored archive that has `content` in it; returns the file's path."""
    for path in sorted(pathlib.Path(data_dir, 'data').rglob('*')):
        if not path.is_file():
            continue
        at = path.read_bytes().find(content)
        if at >= 0:
            with open(path, 'r+b') as file:
                file.seek(at)
                file.write(bytes([content[0] ^ 1]))
            return path
    raise AssertionError(f'no file under {data_dir}/data holds the bytes of the archive')


# ---------------------------------------------------------------------------------------------
# Processes


def _prepare_child(parent):
    """Makes a child that dies with the test and that signals reach, whatever the test inherited."""
    def prepare():
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
    return prepare


class Finished:
    """What a program left behind."""

    def __init__(self, command, exit_code, stdout, stderr, seconds):
        self.command = command
        self.exit_code = exit_code
        self.stdout = stdout
        self.stderr = stderr
        self.seconds = seconds

    def json(self):
        try:
            return json.loads(self.stdout)
        except ValueError:
            raise AssertionError(f'stdout is not JSON\n{self}') from None

    def __str__(self):
        return (f'command: {" ".join(map(str, self.command))}\n'
                f'exit code: {self.exit_code} after {self.seconds:.1f} s\n'
                f'stdout:\n{self.stdout}\nstderr:\n{self.stderr}')


class Running:
    """A program that runs. Its output goes to files, so that it never waits for a reader."""

    def __init__(self, command, environment, directory, preexec=None, **options):
        self.command = [str(part) for part in command]
        self._stdout = tempfile.TemporaryFile()
        self._stderr = tempfile.TemporaryFile()
        self._started = time.monotonic()
        prepare = _prepare_child(os.getpid())

        def prepare_all():
            prepare()
            if preexec:
                preexec()

        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=self._stdout, stderr=self._stderr,
            env=environment, cwd=directory, preexec_fn=prepare_all, **options)

    def signal(self, number):
        self.process.send_signal(number)

    def finish(self, limit=TIME_LIMIT):
        try:
            self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f'hang: not finished after {limit} s\n{self._collect()}') from None
        return self._collect()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _collect(self):
        texts = []
        for file in (self._stdout, self._stderr):
            file.seek(0)
            texts.append(file.read().decode('utf-8', 'backslashreplace'))
            file.close()
        return Finished(self.command, self.process.returncode, *texts,
                        time.monotonic() - self._started)


class Emulator:
    """A glacier-emulator on its own port. start() sets `url`, `port`, and with TLS `ca_bundle`."""

    def __init__(self, data_dir, home, *options):
        self.data_dir = pathlib.Path(data_dir)
        self.home = pathlib.Path(home)
        self.options = [str(option) for option in options]
        self.environment = {}
        self.process = None
        self.log = []
        self.url = None
        self.port = None
        self.ca_bundle = None
        self._threads = []

    def start(self):
        command = [emulator_program(), '--data-dir', str(self.data_dir),
                   '--listen', '127.0.0.1', '--port', '0', *self.options]
        self.url = None
        ready = threading.Event()
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=clean_environment(self.home, self.environment), cwd=self.home,
            preexec_fn=_prepare_child(os.getpid()))
        self._threads = [
            threading.Thread(target=self._drain, args=(self.process.stdout, ready), daemon=True),
            threading.Thread(target=self._drain, args=(self.process.stderr, None), daemon=True)]
        for thread in self._threads:
            thread.start()
        if not ready.wait(START_LIMIT) or not self.url:
            self.kill()
            raise AssertionError(f'the emulator did not get ready: {" ".join(command)}\n'
                                 f'exit code: {self.process.returncode}\n{self.log_text()}')
        return self

    def stop(self, limit=STOP_LIMIT):
        """Asks it to stop with SIGTERM and returns its exit code."""
        self.process.terminate()
        try:
            self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f'the emulator did not stop within {limit} s of SIGTERM\n'
                                 f'{self.log_text()}') from None
        self._join()
        return self.process.returncode

    def kill(self):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._join()

    def restart(self):
        """Starts it again on the same directory; the port is another one."""
        self.kill()
        return self.start()

    def answered(self):
        """The operations that it has answered with success, by the lines of its log."""
        lines = [line.split(' ') for line in list(self.log) if LOG_LINE.match(line)]
        return {words[1] for words in lines if words[1] != '-' and words[4].startswith('2')}

    def log_text(self, lines=None):
        log = list(self.log)
        return 'emulator:\n' + '\n'.join(log[-lines:] if lines else log)

    def _join(self):
        for thread in self._threads:
            thread.join(STOP_LIMIT)

    def _drain(self, pipe, ready):
        with pipe:
            for line in pipe:
                line = line.decode('utf-8', 'backslashreplace').rstrip('\n')
                self.log.append(line)
                if ready is None:
                    continue
                if line.startswith('CA certificate: '):
                    self.ca_bundle = line[len('CA certificate: '):]
                match = re.fullmatch(r'listening on (https?://[^/]+:(\d+))/?', line)
                if match:
                    self.url = match.group(1)
                    self.port = int(match.group(2))
                    ready.set()
        if ready is not None:
            ready.set()


# ---------------------------------------------------------------------------------------------
# Network


class SilentServer:
    """Listens and never answers: shows whether a program that must send nothing sent something."""

    def __init__(self):
        self._listener = socket.create_server(('127.0.0.1', 0))
        self.port = self._listener.getsockname()[1]

    def was_contacted(self):
        return bool(select.select([self._listener], [], [], 0)[0])

    def close(self):
        self._listener.close()


class ClosedPort:
    """A port that refuses connections, and that nobody else can take meanwhile."""

    def __init__(self):
        self._socket = socket.socket()
        self._socket.bind(('127.0.0.1', 0))
        self.port = self._socket.getsockname()[1]

    def close(self):
        self._socket.close()


class StallingRelay:
    """Passes connections on to a port of this machine until one has sent so many bytes.

    From then on nothing of that connection goes through in that direction, as on a line that died,
    while new connections work. It holds a transfer still at a known place.
    """

    def __init__(self, port, bytes_max):
        self._target = port
        self._bytes_max = bytes_max
        self._listener = socket.create_server(('127.0.0.1', 0))
        self.port = self._listener.getsockname()[1]
        self.stalled = threading.Event()
        self._closing = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._closing.set()
        self._listener.close()

    def _accept(self):
        while not self._closing.is_set():
            try:
                if not select.select([self._listener], [], [], 0.1)[0]:
                    continue
                client, _ = self._listener.accept()
            except (OSError, ValueError):
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            try:
                server = socket.create_connection(('127.0.0.1', self._target))
            except OSError:
                return
            with server:
                downstream = threading.Thread(target=_pass_on, args=(server, client), daemon=True)
                downstream.start()
                if _pass_on(client, server, self._bytes_max):
                    self.stalled.set()
                    poll = select.poll()
                    poll.register(client, select.POLLRDHUP)
                    while not self._closing.is_set() and not poll.poll(100):
                        pass
                _shut_down(client, server)
                downstream.join()


def _pass_on(source, sink, bytes_max=None):
    """Passes bytes on until the source ends, or so many have passed; tells whether it was that."""
    try:
        passed = 0
        while data := source.recv(65536):
            sink.sendall(data)
            passed += len(data)
            if bytes_max is not None and passed >= bytes_max:
                return True
    except OSError:
        pass
    _shut_down(source, sink)
    return False


def _shut_down(*sockets):
    for each in sockets:
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


# ---------------------------------------------------------------------------------------------
# Certificates


class Authority:
    """A certificate authority of its own, made with the openssl program."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True)
        self.certificate = self.directory / 'authority.pem'
        (self.directory / 'index.txt').touch()
        (self.directory / 'serial').write_text('1000\n')
        self._openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
                      '-nodes', '-days', '2', '-subj', '/CN=Test authority',
                      '-addext', 'keyUsage=critical,keyCertSign,cRLSign',
                      '-keyout', 'authority.key', '-out', 'authority.pem')

    def issue(self, name, alternative_names, valid_from=-1, valid_until=1):
        """Makes NAME.pem and NAME.key. The times are days from now; both paths are returned.

        The alternative names have openssl's form, such as 'DNS:localhost,IP:127.0.0.1'.
        """
        (self.directory / f'{name}.cnf').write_text(
            '[ca]\ndefault_ca = authority\n'
            '[authority]\ndatabase = index.txt\nserial = serial\nnew_certs_dir = .\n'
            'default_md = sha256\npolicy = subject\nunique_subject = no\nx509_extensions = server\n'
            '[subject]\ncommonName = supplied\n'
            '[server]\nbasicConstraints = critical,CA:FALSE\nkeyUsage = digitalSignature\n'
            f'extendedKeyUsage = serverAuth\nsubjectAltName = {alternative_names}\n')
        self._openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
                      '-nodes', '-subj', f'/CN={name}',
                      '-keyout', f'{name}.key', '-out', f'{name}.csr')
        self._openssl('ca', '-batch', '-notext', '-config', f'{name}.cnf',
                      '-cert', 'authority.pem', '-keyfile', 'authority.key',
                      '-startdate', self._time(valid_from), '-enddate', self._time(valid_until),
                      '-in', f'{name}.csr', '-out', f'{name}.pem')
        return self.directory / f'{name}.pem', self.directory / f'{name}.key'

    @staticmethod
    def _time(days):
        moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
        return moment.strftime('%Y%m%d%H%M%SZ')

    def _openssl(self, *arguments):
        done = subprocess.run(['openssl', *arguments], cwd=self.directory, timeout=TIME_LIMIT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f'openssl {" ".join(arguments)} failed:\n{done.stdout}')


# ---------------------------------------------------------------------------------------------
# Clients


def boto3_client(emulator):
    """A client of an independent implementation, which does nothing twice."""
    isolate()
    import boto3
    from botocore.config import Config
    return boto3.session.Session().client(
        'glacier', endpoint_url=emulator.url, region_name=REGION,
        verify=emulator.ca_bundle or True,
        aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY,
        config=Config(retries={'total_max_attempts': 1}, connect_timeout=20, read_timeout=20))


# ---------------------------------------------------------------------------------------------
# Test cases


class ProgramTest(unittest.TestCase):
    """A test case with a directory of its own, emulators, and the command.

    A class whose tests share one emulator sets `emulator_options`; it is then started over TLS
    before the first test and stands in `emulator`.
    """

    emulator_options = None
    emulator = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Readable for all: one test runs the command as another user.
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix='glacier-test.'))
        cls.clean_up_with(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.directory.chmod(0o755)
        cls.home = cls.directory / 'home'
        cls.home.mkdir()
        if cls.emulator_options is not None:
            cls.emulator = cls.start_emulator('--tls', *cls.emulator_options)

    @classmethod
    def start_emulator(cls, *options):
        """Starts an emulator on a new data directory; it ends with the class at the latest."""
        data_dir = tempfile.mkdtemp(prefix='emulator.', dir=cls.directory)
        emulator = Emulator(data_dir, cls.home, *options)
        cls.clean_up_with(emulator.kill)
        return emulator.start()

    @classmethod
    def clean_up_with(cls, function, *arguments, **named):
        """Has the function called after the tests of the class, and again when the process ends."""
        cls.addClassCleanup(function, *arguments, **named)
        atexit.register(function, *arguments, **named)

    def setUp(self):
        super().setUp()
        name = re.sub(r'[^a-z_]', '', self.id().rsplit('.', 1)[-1])
        self.place = pathlib.Path(tempfile.mkdtemp(prefix=f'{name}.', dir=self.directory))
        self.place.chmod(0o755)

    def start_glacier(self, *arguments, emulator=None, options=None, environment=None,
                      credentials=True, **popen):
        """Starts the command against an emulator.

        `options` changes the global options --endpoint-url, --region and --ca-bundle (None takes
        one away) or adds others; `environment` does the same with the environment's variables.
        """
        emulator = emulator or self.emulator
        chosen = {'region': REGION}
        if emulator:
            chosen.update({'endpoint-url': emulator.url, 'ca-bundle': emulator.ca_bundle})
        chosen.update(options or {})
        log = None
        if os.environ.get('GLACIER_TEST_TRACE'):
            handle, log = tempfile.mkstemp(prefix='events.', dir=self.directory)
            os.close(handle)
            # The command may have a user of its own, whose files these are not.
            os.chmod(log, 0o666)
            chosen.setdefault('log', log)
        words = []
        for name, value in chosen.items():
            if value is not None:
                words += [f'--{name}', value]
        variables = {}
        if credentials:
            variables.update(AWS_ACCESS_KEY_ID=ACCESS_KEY, AWS_SECRET_ACCESS_KEY=SECRET_KEY)
        variables.update(environment or {})
        running = Running([glacier_program(), *words, *arguments],
                          clean_environment(self.home, variables), self.place, **popen)
        running.secrets = {SECRET_KEY, variables.get('AWS_SECRET_ACCESS_KEY'),
                           variables.get('AWS_SESSION_TOKEN')} - {None, ''}
        running.log = log
        running.emulator = emulator
        self.addCleanup(running.kill)
        return running

    def finish(self, running, limit=TIME_LIMIT):
        finished = running.finish(limit)
        shown = {'stdout': finished.stdout, 'stderr': finished.stderr}
        if running.emulator:
            # Before that it tells how clients find it, with keys that are nobody's.
            log = list(running.emulator.log)
            began = [number for number, line in enumerate(log) if line.startswith('listening on ')]
            shown['the log of the emulator'] = '\n'.join(log[began[-1] if began else 0:])
        if running.log:
            shown['the events'] = pathlib.Path(running.log).read_text(encoding='utf-8')
            for line in shown['the events'].splitlines():
                self.assertIn('event', json.loads(line))
        for place, text in shown.items():
            for secret in running.secrets:
                self.assertNotIn(secret, text, f'a secret stands in {place} of {" ".join(running.command)}')
            self.assertIsNone(AUTHORIZATION.search(text),
                              f'a header of authorization stands in {place} of {" ".join(running.command)}')
        return finished

    def glacier(self, *arguments, limit=TIME_LIMIT, **how):
        """Runs the command to its end, whatever that is."""
        return self.finish(self.start_glacier(*arguments, **how), limit)

    def succeed(self, *arguments, **how):
        """Runs the command, which must succeed."""
        finished = self.glacier(*arguments, **how)
        if finished.exit_code != SUCCESS:
            emulator = how.get('emulator') or self.emulator
            self.fail(f'{finished}\n{emulator.log_text(20) if emulator else ""}')
        return finished

    def succeed_json(self, *arguments, options=None, **how):
        """Runs the command with --output json, and returns the parsed document."""
        return self.succeed(*arguments, options={**(options or {}), 'output': 'json'}, **how).json()

    def assert_failure(self, finished, exit_code, *patterns):
        """Checks the exit code and the one message, which must match every pattern."""
        self.assertEqual(exit_code, finished.exit_code, f'exit code of\n{finished}')
        self.assertEqual('', finished.stdout, f'data on stdout of a failure\n{finished}')
        lines = finished.stderr.rstrip('\n').split('\n')
        messages = [line for line in lines if line.startswith('glacier: ')]
        self.assertEqual(1, len(messages), f'messages of\n{finished}')
        self.assertTrue(lines[-1].startswith('glacier: '),
                        f'something after the message\n{finished}')
        for pattern in patterns:
            self.assertIsNotNone(re.search(pattern, messages[0], re.IGNORECASE),
                                 f'the message does not tell of "{pattern}"\n{finished}')

    def assert_guide_tells(self, client, exercised):
        """Compares the guide's table of clients with what the client has just done with success.

        `exercised` are the names of the operations, or the emulator that had no other client. An emulator
        writes its log after it has answered, so the last lines may still be on their way.
        """
        told, every = operations_of_guide(client)
        self.assertEqual(33, len(every))
        if isinstance(exercised, Emulator):
            emulator = exercised
            deadline = time.monotonic() + 10
            while emulator.answered() != told and time.monotonic() < deadline:
                time.sleep(0.02)
            exercised = emulator.answered()
        self.assertEqual(sorted(told), sorted(exercised), f'{client} in {EMULATOR_GUIDE}')

    def create_vault(self, name, **how):
        self.succeed('vault', 'create', name, **how)
        return name

    def assert_same_bytes(self, expected, actual):
        self.assertTrue(pathlib.Path(actual).is_file(), f'{actual} does not exist')
        self.assertTrue(pathlib.Path(expected).read_bytes() == pathlib.Path(actual).read_bytes(),
                        f'{actual} differs from {expected}')

    def boto3_client(self, emulator=None):
        """A client of an independent implementation, to see what stands at the emulator."""
        client = boto3_client(emulator or self.emulator)
        self.addCleanup(client.close)
        return client

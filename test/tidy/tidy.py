#!/usr/bin/python3
"""Checks the rules of the source tree that no compiler checks.

Usage: tidy.py [--root DIR] [--compiler c++] [--no-compile]

Each broken rule is a line `path:line: rule: message`; the exit status is 1 if there is any. Needs only
the standard library of Python. The rules are the tables below, and the functions named `check_...`.
"""

import argparse
import concurrent.futures
import fnmatch
import os
import re
import subprocess
import sys

# ---------------------------------------------------------------------------------------------------
# The walls: what the files of each room (a directory of src/) may include of the project.
#
# A room may always include itself and `base`. An entry with a slash is a single header. Whoever may
# include `protocol` may include `crypto` too. Public value types (<glacier/...>) are open to all rooms.
# The table is that of the design: an arrow that is not here does not exist, and there is no way round
# through a third room.

WALLS = {
    "base": [],
    "crypto": [],
    "protocol": ["crypto"],
    "plan": ["protocol", "crypto"],
    # What is told of a client may come from every room, so it knows none: events are public value types.
    "observer": [],
    "async": ["plan"],
    "net": ["async", "plan", "protocol/http_message.hpp", "protocol/endpoint.hpp", "crypto"],
    "credentials": ["async", "net", "protocol", "crypto"],
    "client": ["async", "credentials", "net", "plan", "protocol", "crypto"],
    "transfer": ["async", "plan", "protocol", "crypto"],
    "emulator": ["protocol", "crypto"],
    "catalogue": [],
    "cli": ["catalogue"],
}

# Public headers that are the API rather than value types, and the rooms that may include them. Other
# public headers may include none of these, or everybody would.
API_HEADERS = {
    "client.hpp": ["client", "transfer", "cli"],
    "pager.hpp": ["client", "transfer", "cli"],
    "download.hpp": ["transfer", "cli"],
    "retrieve.hpp": ["transfer", "cli"],
    "transfer.hpp": ["transfer", "cli"],
    "upload.hpp": ["transfer", "cli"],
    "waiter.hpp": ["client", "transfer", "cli"],
    "emulator.hpp": ["emulator"],
    "glacier.hpp": [],
}

# Directories whose files are users of the library and know no walls.
OUTSIDE = ["test/*", "benchmarks/*", "docs/examples/*"]

# Files directly in src/ that compile the non-template code of other libraries, once for all.
INSTANTIATIONS = ["src/boost*.cpp"]

# Headers of other libraries: a pattern of the header, and where alone it may be included. `only` are
# patterns of files; OUTSIDE and INSTANTIATIONS are added to each.
#
# The emulator has two servers: that of the service, and that of the control endpoint, which is apart so that what
# everybody may reach shares no code with what only tests may. The commands of the latter are JSON of the emulator's
# own, which is no concern of the service's codec.
SYSTEM_HEADERS = [
    (
        r"boost/beast(/|\.hpp)",
        # The emulator's webhooks are HTTP from the other side, and it may not include src/net.
        ["src/net/*", "src/emulator/server.*", "src/emulator/control_server.*", "src/emulator/webhook.cpp"],
        "Beast costs 20 s to compile",
    ),
    (
        r"boost/asio/ssl(/|\.hpp)|openssl/ssl\.h$",
        ["src/net/*", "src/emulator/server.*", "src/emulator/certificate*"],
        "TLS belongs to the connections",
    ),
    (
        r"openssl/(?!ssl\.h$)",
        ["src/crypto/*", "src/net/*", "src/emulator/certificate*"],
        "digests have their interface in src/crypto",
    ),
    (
        r"boost/json(/|\.hpp|_fwd)",
        # JSON lines of events are no concern of the service's codec either.
        [
            "src/protocol/*",
            "src/credentials/*",
            "src/cli/*",
            "src/emulator/control_commands.*",
            "src/observer/json_observer.cpp",
        ],
        "JSON is read and written by the codec",
    ),
    (r"sqlite3", ["src/emulator/*", "src/cli/*", "src/catalogue/*"], "the library itself has no database"),
    (r"boost/asio\.hpp$", [], "include the single headers of Asio: this one brings in all of it"),
    (
        r"boost/asio/(ip|local|generic)/|boost/asio/(basic_\w*(socket|acceptor|resolver)\w*|connect)\.hpp",
        ["src/net/*", "src/emulator/server.*", "src/emulator/control_server.*", "src/emulator/webhook.cpp"],
        "sockets are opened in one place",
    ),
]

# The other way round: where a header may not be included, though everywhere else it may.
SYSTEM_HEADERS_NOT_IN = [
    (
        r"boost/asio/",
        ["src/base/*", "src/crypto/*", "src/protocol/*", "src/plan/*"],
        "decisions and wire formats are made without Asio",
    ),
]

# Sources without a test file of their own, and why. (A main.cpp needs none: end-to-end tests run it.)
WITHOUT_TEST_FILE = {
    "src/boost*.cpp": "only instantiates other libraries",
}

# Files that show the unsafe coroutine idioms on purpose, and why.
UNSAFE_IDIOMS_ON_PURPOSE = {}

HEADER_FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-DBOOST_ASIO_SEPARATE_COMPILATION"]
COMPILERS_MAX = 2

# Written in two pieces, so that this file does not contain them.
FORBIDDEN_WORDS = re.compile(r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
MACHINE_PATHS = re.compile(r"(?<![\w.~}-])/(?:" + "|".join(["wo" + "rk", "ho" + "me"]) + r")/")
REAL_SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep)\b")

CPP_SUFFIXES = (".cpp", ".hpp", ".ipp", ".h", ".cc")


# ---------------------------------------------------------------------------------------------------
# Text of C++

COMMENT_OR_LITERAL = re.compile(
    r"""
    (?P<comment> //(?:[^\n\\]|\\.|\\\n)* | /\*.*?(?:\*/|\Z) )
  | (?P<raw> (?<!\w)(?:u8|[uUL])?R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)" )
  | (?P<string> "(?:\\.|[^"\\\n])*" )
  | (?P<character> (?<!\w)(?:u8|[uUL])?'(?:\\.|[^'\\\n])+' )
    """,
    re.VERBOSE | re.DOTALL,
)


def spaces(text):
    """As many blanks, with the same lines."""
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    return COMMENT_OR_LITERAL.sub(
        lambda match: spaces(match.group()) if match.group("comment") else match.group(), text
    )


def without_comments_and_literals(text):
    """Literals become "" of the same length, so that every character keeps its place."""

    def blank(match):
        if match.group("comment"):
            return spaces(match.group())
        return '"' + spaces(match.group()[1:-1]) + '"'

    return COMMENT_OR_LITERAL.sub(blank, text)


INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:<([^>\n]+)>|"([^"\n]+)")', re.MULTILINE)


class Source:
    """One C++ file: its text and what it includes."""

    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
            self.text = file.read()
        # (line, header, whether it was in angle brackets)
        self.includes = []
        text = without_comments(self.text)
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start(match.lastindex)) + 1
            self.includes.append((line, match.group(match.lastindex), match.lastindex == 1))

    def room(self):
        """The name of the directory in src/, or None for files elsewhere."""
        parts = self.path.split("/")
        return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def matches(path, patterns):
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


# ---------------------------------------------------------------------------------------------------
# The tree


class Tree:
    def __init__(self, root):
        self.root = root
        self.problems = []
        self.sources = {}
        for top in ("include", "src", "test", "benchmarks", "docs/examples"):
            for path in self.walk(top):
                if path.endswith(CPP_SUFFIXES):
                    self.sources[path] = Source(root, path)

    def walk(self, top):
        found = []
        for directory, names, files in os.walk(os.path.join(self.root, top)):
            names[:] = sorted(name for name in names if name not in (".git", "build", "__pycache__"))
            for file in sorted(files):
                found.append(os.path.relpath(os.path.join(directory, file), self.root).replace(os.sep, "/"))
        return found

    def exists(self, path):
        return os.path.isfile(os.path.join(self.root, path))

    def report(self, path, line, rule, message):
        self.problems.append((path, line, rule, message))

    def resolve(self, source, header, angled):
        """The project file that an include means, or None if it is none of the project."""
        if angled:
            path = "include/" + header
            return path if header.startswith("glacier/") and path in self.sources else None
        candidates = ["src/" + header]
        if matches(source.path, OUTSIDE):
            top = "docs/examples" if source.path.startswith("docs/") else source.path.split("/")[0]
            candidates += [top + "/" + header, "test/" + header, os.path.dirname(source.path) + "/" + header]
        for path in candidates:
            if os.path.normpath(path) in self.sources:
                return os.path.normpath(path)
        return None


# ---------------------------------------------------------------------------------------------------
# Includes


def check_walls(tree):
    for source in tree.sources.values():
        if matches(source.path, OUTSIDE + INSTANTIATIONS):
            continue
        room = source.room()
        if source.path.startswith("src/"):
            if room is None:
                tree.report(source.path, 1, "walls", "a source belongs in a room of src/")
                continue
            if room not in WALLS:
                tree.report(source.path, 1, "walls", f"'{room}' is no room; the rooms are in test/tidy/tidy.py")
                continue
        for line, header, angled in source.includes:
            if angled and header.startswith("glacier/"):
                check_public_include(tree, source, room, line, header)
            elif not angled:
                check_private_include(tree, source, room, line, header)


def check_public_include(tree, source, room, line, header):
    name = header[len("glacier/") :]
    if name not in API_HEADERS or source.path == "include/" + header:
        return
    if room is None:
        own = source.path[len("include/glacier/") :]
        if own not in API_HEADERS:
            message = f"<{header}> is no value type; only {', '.join(sorted(API_HEADERS))} may include it"
            tree.report(source.path, line, "walls", message)
    elif room not in API_HEADERS[name]:
        message = f"<{header}> is for {', '.join(API_HEADERS[name] + ['users'])}, not for {room}"
        tree.report(source.path, line, "walls", message)


def check_private_include(tree, source, room, line, header):
    if header.startswith("glacier/"):
        tree.report(source.path, line, "walls", f"public headers stand in angle brackets: <{header}>")
        return
    if room is None:
        tree.report(source.path, line, "walls", f'a public header includes nothing of src: "{header}"')
        return
    if tree.resolve(source, header, False) is None:
        message = f'"{header}" is no file of src; paths are relative to src, such as "{room}/..."'
        tree.report(source.path, line, "walls", message)
        return
    target = header.split("/")[0]
    if target in (room, "base") or target in WALLS[room] or header in WALLS[room]:
        return
    allowed = ", ".join(["base"] + WALLS[room])
    tree.report(source.path, line, "walls", f'{room} may not include "{header}", only {allowed}')


def check_system_headers(tree):
    for source in tree.sources.values():
        if matches(source.path, OUTSIDE + INSTANTIATIONS):
            continue
        for line, header, _ in source.includes:
            for pattern, only, reason in SYSTEM_HEADERS:
                if re.match(pattern, header) and not matches(source.path, only):
                    place = "only in " + ", ".join(only) if only else "nowhere"
                    tree.report(source.path, line, "system-header", f"<{header}> may stand {place}: {reason}")
                    break
            else:
                for pattern, places, reason in SYSTEM_HEADERS_NOT_IN:
                    if re.match(pattern, header) and matches(source.path, places):
                        tree.report(source.path, line, "system-header", f"<{header}> may not stand here: {reason}")


def check_cycles(tree):
    graph = {}
    for source in tree.sources.values():
        graph[source.path] = []
        for line, header, angled in source.includes:
            target = tree.resolve(source, header, angled)
            if target is not None:
                graph[source.path].append((target, line))

    # Depth first, without recursion: a target that is still open closes a cycle.
    state = {}
    for start in sorted(graph):
        if start in state:
            continue
        state[start] = "open"
        path = [start]
        stack = [iter(graph[start])]
        while stack:
            step = next(stack[-1], None)
            if step is None:
                state[path.pop()] = "done"
                stack.pop()
                continue
            target, line = step
            if state.get(target) == "open":
                cycle = path[path.index(target) :] + [target]
                tree.report(path[-1], line, "include-cycle", " -> ".join(cycle))
            elif target not in state:
                state[target] = "open"
                path.append(target)
                stack.append(iter(graph[target]))


def check_headers_compile_alone(tree, compiler):
    headers = [path for path in sorted(tree.sources) if path.startswith("include/") and path.endswith(".hpp")]

    def compile_one(path):
        name = path[len("include/") :]
        # Twice, which also shows that the header guards itself.
        program = f"#include <{name}>\n#include <{name}>\n"
        command = [compiler, "-x", "c++", *HEADER_FLAGS, "-I", os.path.join(tree.root, "include"), "-"]
        try:
            done = subprocess.run(command, input=program, capture_output=True, text=True, timeout=300)
        except (OSError, subprocess.TimeoutExpired) as error:
            return path, str(error)
        if done.returncode == 0:
            return path, None
        errors = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines()
        return path, errors[0] if errors else f"exit status {done.returncode}"

    with concurrent.futures.ThreadPoolExecutor(COMPILERS_MAX) as pool:
        for path, error in pool.map(compile_one, headers):
            if error is not None:
                tree.report(path, 1, "header-alone", f"does not compile alone: {error}")


# ---------------------------------------------------------------------------------------------------
# Files


def check_listed_in_cmake(tree):
    """A source that no CMakeLists.txt names is compiled by nobody, and nobody notices."""
    lists = [path for top in ("src", "test", "benchmarks") for path in tree.walk(top)] + ["CMakeLists.txt"]
    listed = set()
    for path in lists:
        if os.path.basename(path) != "CMakeLists.txt" or not tree.exists(path):
            continue
        with open(os.path.join(tree.root, path), encoding="utf-8", errors="replace") as file:
            text = re.sub(r"#[^\n]*", "", file.read())
        text = re.sub(r"\$\{(CMAKE_CURRENT_SOURCE_DIR|CMAKE_CURRENT_LIST_DIR)\}/", "", text)
        text = re.sub(r"\$\{(PROJECT_SOURCE_DIR|CMAKE_SOURCE_DIR|glacier_SOURCE_DIR)\}/", "/", text)
        for name in re.findall(r"[^\s()\";]+\.cpp\b", text):
            name = name[1:] if name.startswith("/") else os.path.join(os.path.dirname(path), name)
            listed.add(os.path.normpath(name))
    for path in sorted(tree.sources):
        if path.endswith(".cpp") and path.startswith(("src/", "test/", "benchmarks/")) and path not in listed:
            tree.report(path, 1, "cmake-list", "no CMakeLists.txt names this file")


def check_test_files(tree):
    for path in sorted(tree.sources):
        if not path.startswith("src/") or not path.endswith(".cpp") or os.path.basename(path) == "main.cpp":
            continue
        if matches(path, WITHOUT_TEST_FILE):
            continue
        test = "test/" + path[len("src/") : -len(".cpp")] + "_test.cpp"
        if test not in tree.sources:
            tree.report(path, 1, "test-file", f"has no {test}")


def tracked_files(tree):
    """What git has or would have; without git, everything but build directories."""
    try:
        done = subprocess.run(
            ["git", "-C", tree.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            capture_output=True,
            timeout=60,
        )
        top = subprocess.run(
            ["git", "-C", tree.root, "rev-parse", "--show-toplevel"], capture_output=True, text=True, timeout=60
        )
        # In a directory inside of some other repository, git would speak of that one.
        if done.returncode == 0 and os.path.realpath(top.stdout.strip()) == os.path.realpath(tree.root):
            names = done.stdout.decode("utf-8", "replace").split("\0")
            return sorted(name for name in set(names) if name and tree.exists(name))
    except (OSError, subprocess.TimeoutExpired):
        pass
    return sorted(tree.walk("."))


def check_words(tree):
    for path in tracked_files(tree):
        with open(os.path.join(tree.root, path), "rb") as file:
            content = file.read()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").split("\n"), 1):
            match = FORBIDDEN_WORDS.search(line)
            if match:
                tree.report(path, number, "word", f"'{match.group()}': do it, or write down why not")
            match = MACHINE_PATHS.search(line)
            if match:
                tree.report(path, number, "machine-path", f"'{match.group()}' exists on one machine only")


def check_sleep(tree):
    for source in tree.sources.values():
        if not source.path.startswith("test/"):
            continue
        text = without_comments_and_literals(source.text)
        for match in REAL_SLEEP.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            message = f"{match.group()} in a test: wait for the event, or step a clock of the test"
            tree.report(source.path, line, "sleep", message)


# Pages of the guide quote the programs that are run as tests: what compiles and runs cannot be out of date. A page
# X-Y.md quotes docs/examples/X_Y.cpp and the examples that it links to. Indentation and lines of `...` do not count;
# blocks of `c++` are sketches and are not compared.
EXAMPLE_LINK = re.compile(r"\]\(\.\./(examples/\w+\.cpp)\)")
SNIPPET = re.compile(r"^```cpp\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def without_indentation(text):
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())


def quotations_in(block):
    """The runs of lines between those that stand for something left out."""
    return [piece.strip("\n") for piece in re.split(r"^\.\.\.$", without_indentation(block), flags=re.MULTILINE)]


def check_guide(tree):
    guide = os.path.join(tree.root, "docs/guide")
    for name in sorted(os.listdir(guide)) if os.path.isdir(guide) else []:
        with open(os.path.join(guide, name), encoding="utf-8") as file:
            text = file.read()
        own = "examples/" + name.removesuffix(".md").replace("-", "_") + ".cpp"
        examples = [tree.sources.get("docs/" + link) for link in [own, *EXAMPLE_LINK.findall(text)]]
        programs = [without_indentation(source.text) for source in examples if source]
        if not programs:
            continue
        for match in SNIPPET.finditer(text):
            for quotation in quotations_in(match.group(1)):
                if not any(quotation in program for program in programs):
                    line = text.count("\n", 0, match.start()) + 1
                    tree.report(f"docs/guide/{name}", line, "snippet", "in none of the examples that the page names")


# ---------------------------------------------------------------------------------------------------
# Coroutines
#
# GCC 12 compiles some expressions with co_await wrongly: temporaries are destroyed twice or never. What
# a text search can find of that is looked for here, in the parts of a statement that belong to it: the
# bodies of lambdas in it are statements of their own.

TOKEN = re.compile(r'[A-Za-z_]\w*|\d[\w.\']*|"[^"]*"|::|->|&&|\|\||\S')
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.MULTILINE | re.DOTALL)

OPENING = {"(": ")", "[": "]", "{": "}"}
CLOSING = {")", "]", "}"}
CONTROL = {"if", "while", "for", "switch", "catch"}
# One of these directly between braces makes them a block; a list of values has neither.
STATEMENT_WORDS = CONTROL | {"do", "try", "return", "co_return", ";", "case"}
# After these a `[` begins a lambda, although they look like names.
EXPRESSION_WORDS = {"return", "co_return", "co_await", "co_yield", "case", "throw", "else", "do"}

BANNED_COROUTINE_TOOLS = re.compile(
    r"boost/asio/experimental/(awaitable_operators|parallel_group|(concurrent_|basic_)*channel)"
)
BANNED_COROUTINE_NAMES = {"awaitable_operators", "parallel_group", "make_parallel_group", "make_experimental_group"}


class Code:
    """The tokens of a file, their brackets, and which braces are blocks of statements."""

    def __init__(self, text):
        text = DIRECTIVE.sub(lambda match: spaces(match.group()), without_comments_and_literals(text))
        self.tokens = []
        self.lines = []
        line, position = 1, 0
        for match in TOKEN.finditer(text):
            line += text.count("\n", position, match.start())
            position = match.start()
            self.tokens.append(match.group())
            self.lines.append(line)
        self.partner = {}
        self.match_brackets()
        self.blocks = {i for i in self.partner if self.tokens[i] == "{" and self.is_block(i)}

    def match_brackets(self):
        stack = []
        for i, token in enumerate(self.tokens):
            if token in OPENING:
                stack.append(i)
            elif token in CLOSING:
                # Unbalanced text (both sides of an #if) loses the innermost brackets, not all of them.
                for depth in range(len(stack) - 1, -1, -1):
                    if OPENING[self.tokens[stack[depth]]] == token:
                        self.partner[stack[depth]] = i
                        self.partner[i] = stack[depth]
                        del stack[depth:]
                        break

    def is_block(self, start):
        i = start + 1
        while i < self.partner[start]:
            token = self.tokens[i]
            if token in STATEMENT_WORDS:
                return True
            i = self.partner[i] + 1 if token in OPENING and i in self.partner else i + 1
        return False

    def is_lambda(self, i):
        """Whether the `[` at i begins a lambda, and not a subscript, an attribute or a structured binding."""
        if self.tokens[i] != "[" or i not in self.partner:
            return False
        before = self.tokens[i - 1] if i > 0 else ";"
        if self.tokens[i + 1] == "[" or before == "[" or self.is_structured_binding(i):
            return False
        if before == "}":
            return self.partner.get(i - 1) in self.blocks
        if before in (")", "]", ">") or before.startswith('"'):
            return False
        return before in EXPRESSION_WORDS or not re.match(r"\w", before)

    def is_structured_binding(self, i):
        k = i - 1
        while k >= 0 and self.tokens[k] in ("&", "&&", "const"):
            k -= 1
        return k >= 0 and self.tokens[k] == "auto"

    def captures(self, i):
        return self.partner[i] > i + 1

    def lambda_body(self, i):
        """The `{` of the lambda at i and the tokens between its parameters and that brace."""
        k = self.partner[i] + 1
        if k < len(self.tokens) and self.tokens[k] == "<":
            while k < len(self.tokens) and self.tokens[k] not in ("(", "{", ";"):
                k += 1
        if k < len(self.tokens) and self.tokens[k] == "(" and k in self.partner:
            k = self.partner[k] + 1
        specifiers = []
        while k < len(self.tokens) and self.tokens[k] not in ("{", ";") and len(specifiers) < 80:
            specifiers.append(self.tokens[k])
            k += 1
        if k < len(self.tokens) and self.tokens[k] == "{" and k in self.partner:
            return k, specifiers
        return None, specifiers

    def statements(self, start, end):
        """Lists of token numbers. The inside of a block in a statement is left out."""
        current = []
        depth = 0
        i = start
        while i < end:
            token = self.tokens[i]
            current.append(i)
            if token == "{" and i in self.blocks:
                i = self.partner[i]
                current.append(i)
                following = self.tokens[i + 1] if i + 1 < end else ""
                if depth == 0 and following not in (";", ",", ")", "(", ".", "->", "["):
                    yield current
                    current = []
            elif token in OPENING:
                depth += 1
            elif token in CLOSING:
                depth = max(0, depth - 1)
                if depth == 0 and token == ")" and self.is_control(i):
                    yield current
                    current = []
            elif token == ";" and depth == 0:
                yield current
                current = []
            i += 1
        if current:
            yield current

    def is_control(self, closing):
        opening = self.partner.get(closing, 0)
        before = self.tokens[opening - 1] if opening > 0 else ""
        if before == "constexpr" and opening > 1:
            before = self.tokens[opening - 2]
        return before in CONTROL

    def all_statements(self):
        yield from self.statements(0, len(self.tokens))
        for block in sorted(self.blocks):
            yield from self.statements(block + 1, self.partner[block])

    def is_coroutine_body(self, block):
        """Whether the block itself awaits or returns as a coroutine, lambdas inside of it aside."""
        i = block + 1
        while i < self.partner[block]:
            if self.is_lambda(i):
                body, _ = self.lambda_body(i)
                if body is not None:
                    i = self.partner[body]
            elif self.tokens[i] in ("co_await", "co_return", "co_yield"):
                return True
            i += 1
        return False


def check_coroutines(tree):
    for source in tree.sources.values():
        for line, header, _ in source.includes:
            if BANNED_COROUTINE_TOOLS.match(header):
                message = f"<{header}>: deadlines belong to the stream, and groups and channels have bugs in Boost 1.81"
                tree.report(source.path, line, "coroutine-tool", message)
        if matches(source.path, UNSAFE_IDIOMS_ON_PURPOSE):
            continue
        if not re.search(r"co_await|co_return|awaitable|parallel_group", source.text):
            continue
        for line, rule, message in sorted(set(unsafe_idioms(Code(source.text)))):
            tree.report(source.path, line, rule, message)


def unsafe_idioms(code):
    for i, token in enumerate(code.tokens):
        if token in BANNED_COROUTINE_NAMES:
            yield code.lines[i], "coroutine-tool", f"{token}: not in Boost 1.81, see the include rule"
        if token == "[" and code.is_lambda(i) and code.captures(i):
            body, specifiers = code.lambda_body(i)
            if "awaitable" in specifiers or body is not None and code.is_coroutine_body(body):
                message = "a coroutine lambda captures nothing: its frame outlives it; use parameters"
                yield code.lines[i], "coroutine-capture", message

    for statement in code.all_statements():
        words = [code.tokens[i] for i in statement]
        if "co_await" not in words:
            continue
        for i in statement:
            token, before = code.tokens[i], code.tokens[i - 1] if i > 0 else ""
            line = code.lines[i]
            if token == "?":
                yield line, "coroutine-conditional", "`?:` in a statement with co_await: use `if`"
            elif token in ("&&", "||") and before != "auto":
                message = f"`{token}` in a statement with co_await: await on a line of its own"
                yield line, "coroutine-short-circuit", message
            elif token == "{" and i not in code.blocks and i in code.partner and before in ("(", ","):
                yield line, "coroutine-list", "a braced list as argument in a statement with co_await: name it before"
            elif token == "[" and code.is_lambda(i) and code.captures(i):
                message = "a capturing lambda in a statement with co_await: name it on the line before and move it"
                yield line, "coroutine-lambda", message
            elif token == "[" and i in code.partner and code.is_structured_binding(i):
                if code.tokens[code.partner[i] + 1 : code.partner[i] + 2] in (["="], ["{"], ["("]):
                    message = "`auto [a, b] = co_await`: first `auto r = co_await ...;`, then `auto& [a, b] = r;`"
                    yield line, "coroutine-binding", message


# ---------------------------------------------------------------------------------------------------


def check_tree(root, compiler="c++", compile_headers=True):
    tree = Tree(root)
    check_walls(tree)
    check_system_headers(tree)
    check_cycles(tree)
    check_listed_in_cmake(tree)
    check_test_files(tree)
    check_words(tree)
    check_sleep(tree)
    check_guide(tree)
    check_coroutines(tree)
    if compile_headers:
        check_headers_compile_alone(tree, compiler)
    return sorted(tree.problems)


def main():
    parser = argparse.ArgumentParser(description="Checks the rules of the source tree that no compiler checks.")
    parser.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    parser.add_argument("--compiler", default="c++", help="compiles each public header alone (default: c++)")
    parser.add_argument("--no-compile", action="store_true", help="leave that out, which takes most of the time")
    arguments = parser.parse_args()

    problems = check_tree(os.path.realpath(arguments.root), arguments.compiler, not arguments.no_compile)
    for path, line, rule, message in problems:
        print(f"{path}:{line}: {rule}: {message}")
    if problems:
        print(f"{len(problems)} rules broken", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
"""Tests of tidy.py: each rule holds a good tree and catches a bad one."""

import os
import subprocess
import sys
import tempfile
import textwrap
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import tidy  # noqa: E402


def write_tree(root, files):
    for path, text in files.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(textwrap.dedent(text))


def check(check_function, files):
    """The problems that one check finds in a tree of these files, as (path, line, rule)."""
    with tempfile.TemporaryDirectory() as root:
        write_tree(root, files)
        tree = tidy.Tree(root)
        check_function(tree)
        return [(path, line, rule) for path, line, rule, _ in sorted(tree.problems)]


def walls(files):
    return check(tidy.check_walls, files)


class Walls(unittest.TestCase):
    def test_arrows_of_the_design(self):
        files = {f"src/{room}/own.hpp": "" for room in tidy.WALLS}
        files["src/protocol/http_message.hpp"] = ""
        arrows = {
            "net": ["plan/own.hpp", "protocol/http_message.hpp", "base/own.hpp", "net/own.hpp"],
            "client": ["credentials/own.hpp", "net/own.hpp", "plan/own.hpp", "protocol/own.hpp", "crypto/own.hpp"],
            "transfer": ["plan/own.hpp", "protocol/own.hpp"],
            "credentials": ["net/own.hpp", "protocol/own.hpp"],
            "plan": ["protocol/own.hpp"],
            "protocol": ["crypto/own.hpp", "base/own.hpp"],
            "emulator": ["protocol/own.hpp", "crypto/own.hpp"],
            "cli": ["catalogue/own.hpp"],
        }
        for room, headers in arrows.items():
            files[f"src/{room}/x.cpp"] = "".join(f'#include "{header}"\n' for header in headers)
        self.assertEqual(walls(files), [])

    def test_an_arrow_that_does_not_exist(self):
        forbidden = [
            ("base", "crypto"),
            ("crypto", "protocol"),
            ("protocol", "plan"),
            ("plan", "net"),
            ("net", "protocol"),
            ("net", "client"),
            ("credentials", "plan"),
            ("client", "transfer"),
            ("transfer", "net"),
            ("transfer", "client"),
            ("emulator", "plan"),
            ("emulator", "client"),
            ("cli", "protocol"),
            ("cli", "client"),
        ]
        for room, target in forbidden:
            with self.subTest(room=room, target=target):
                files = {f"src/{target}/own.hpp": "", f"src/{room}/x.cpp": f'\n#include "{target}/own.hpp"\n'}
                self.assertEqual(walls(files), [(f"src/{room}/x.cpp", 2, "walls")])

    def test_value_types_are_open_to_all(self):
        files = {"include/glacier/job.hpp": "", "src/base/x.cpp": "#include <glacier/job.hpp>\n"}
        self.assertEqual(walls(files), [])

    def test_api_headers_are_for_some(self):
        files = {
            "include/glacier/client.hpp": "",
            "include/glacier/transfer.hpp": "#include <glacier/client.hpp>\n",
            "include/glacier/emulator.hpp": "",
            "include/glacier/glacier.hpp": "#include <glacier/client.hpp>\n#include <glacier/transfer.hpp>\n",
            "src/cli/x.cpp": "#include <glacier/client.hpp>\n",
            "src/transfer/x.cpp": "#include <glacier/client.hpp>\n#include <glacier/transfer.hpp>\n",
            "src/emulator/x.cpp": "#include <glacier/emulator.hpp>\n",
            "test/client/x_test.cpp": "#include <glacier/emulator.hpp>\n#include <glacier/client.hpp>\n",
        }
        self.assertEqual(walls(files), [])
        files["src/plan/x.cpp"] = "#include <glacier/client.hpp>\n"
        files["src/credentials/x.cpp"] = "#include <glacier/transfer.hpp>\n"
        files["src/client/x.cpp"] = "#include <glacier/emulator.hpp>\n"
        files["src/client/y.cpp"] = "#include <glacier/glacier.hpp>\n"
        files["include/glacier/job.hpp"] = "#include <glacier/client.hpp>\n"
        self.assertEqual([path for path, _, _ in walls(files)], sorted(list(files)[-5:]))

    def test_form_of_includes(self):
        files = {
            "include/glacier/job.hpp": '#include "base/a.hpp"\n',
            "src/base/a.hpp": "",
            "src/base/x.cpp": '#include "a.hpp"\n',
            "src/base/y.cpp": '#include "glacier/job.hpp"\n',
            "src/base/z.cpp": '#include "../base/a.hpp"\n',
            "src/attic/x.cpp": "",
            "src/stray.cpp": "",
        }
        self.assertEqual(
            [path for path, _, _ in walls(files)],
            [
                "include/glacier/job.hpp",
                "src/attic/x.cpp",
                "src/base/x.cpp",
                "src/base/y.cpp",
                "src/base/z.cpp",
                "src/stray.cpp",
            ],
        )

    def test_comments_include_nothing(self):
        files = {"src/base/x.cpp": '// #include "net/a.hpp"\n/*\n#include "net/a.hpp"\n*/\n'}
        self.assertEqual(walls(files), [])


class SystemHeaders(unittest.TestCase):
    allowed = [
        ("src/net/x.cpp", "boost/beast/http.hpp"),
        ("src/emulator/server.cpp", "boost/beast/http.hpp"),
        ("test/net/x_test.cpp", "boost/beast/http.hpp"),
        ("benchmarks/x.cpp", "boost/beast/core.hpp"),
        ("docs/examples/x.cpp", "boost/beast/core.hpp"),
        ("src/net/x.cpp", "boost/asio/ssl.hpp"),
        ("src/net/x.cpp", "openssl/ssl.h"),
        ("src/emulator/server.cpp", "openssl/ssl.h"),
        ("src/emulator/certificate.cpp", "openssl/x509.h"),
        ("src/crypto/x.cpp", "openssl/evp.h"),
        ("src/protocol/x.cpp", "boost/json.hpp"),
        ("src/cli/x.cpp", "boost/json/value.hpp"),
        ("src/credentials/x.cpp", "boost/json/parse.hpp"),
        ("src/emulator/x.cpp", "sqlite3.h"),
        ("src/cli/x.cpp", "sqlite3.h"),
        ("src/client/x.cpp", "boost/asio/awaitable.hpp"),
        ("src/transfer/x.cpp", "boost/asio/thread_pool.hpp"),
        ("include/glacier/client.hpp", "boost/asio/awaitable.hpp"),
        ("src/net/x.cpp", "boost/asio/ip/tcp.hpp"),
        ("src/emulator/server.cpp", "boost/asio/ip/tcp.hpp"),
        ("src/base/x.cpp", "boost/system/error_code.hpp"),
        ("src/boost.cpp", "boost/beast/src.hpp"),
    ]
    forbidden = [
        ("src/client/x.cpp", "boost/beast/http.hpp"),
        ("src/emulator/store.cpp", "boost/beast/core.hpp"),
        ("include/glacier/client.hpp", "boost/beast/core.hpp"),
        ("src/client/x.cpp", "boost/asio/ssl/stream.hpp"),
        ("src/client/x.cpp", "openssl/ssl.h"),
        ("src/crypto/x.cpp", "openssl/ssl.h"),
        ("src/protocol/x.cpp", "openssl/evp.h"),
        ("include/glacier/tree_hash.hpp", "openssl/sha.h"),
        ("src/client/x.cpp", "boost/json.hpp"),
        ("include/glacier/job.hpp", "boost/json/value.hpp"),
        ("include/glacier/job.hpp", "boost/json/fwd.hpp"),
        ("src/protocol/x.cpp", "sqlite3.h"),
        ("include/glacier/emulator.hpp", "sqlite3.h"),
        ("src/base/x.cpp", "boost/asio/awaitable.hpp"),
        ("src/crypto/x.cpp", "boost/asio/buffer.hpp"),
        ("src/protocol/x.cpp", "boost/asio/buffer.hpp"),
        ("src/plan/x.cpp", "boost/asio/steady_timer.hpp"),
        ("src/client/x.cpp", "boost/asio/ip/tcp.hpp"),
        ("src/emulator/main.cpp", "boost/asio/ip/tcp.hpp"),
        ("include/glacier/client.hpp", "boost/asio/ip/tcp.hpp"),
        ("src/client/x.cpp", "boost/asio/basic_stream_socket.hpp"),
        ("src/net/x.cpp", "boost/asio.hpp"),
    ]

    def test_allowed(self):
        for path, header in self.allowed:
            with self.subTest(path=path, header=header):
                self.assertEqual(check(tidy.check_system_headers, {path: f"#include <{header}>\n"}), [])

    def test_forbidden(self):
        for path, header in self.forbidden:
            with self.subTest(path=path, header=header):
                problems = check(tidy.check_system_headers, {path: f"// first\n#include <{header}>\n"})
                self.assertEqual(problems, [(path, 2, "system-header")])


class Cycles(unittest.TestCase):
    def test_no_cycle(self):
        files = {
            "include/glacier/a.hpp": "#include <glacier/b.hpp>\n#include <glacier/c.hpp>\n",
            "include/glacier/b.hpp": "#include <glacier/c.hpp>\n",
            "include/glacier/c.hpp": "",
            "src/base/a.hpp": "#include <glacier/a.hpp>\n",
        }
        self.assertEqual(check(tidy.check_cycles, files), [])

    def test_cycle(self):
        files = {
            "include/glacier/a.hpp": "#include <glacier/b.hpp>\n",
            "include/glacier/b.hpp": "\n#include <glacier/c.hpp>\n",
            "include/glacier/c.hpp": "#include <glacier/b.hpp>\n",
            "src/base/self.hpp": '#include "base/self.hpp"\n',
        }
        self.assertEqual(
            check(tidy.check_cycles, files),
            [("include/glacier/c.hpp", 1, "include-cycle"), ("src/base/self.hpp", 1, "include-cycle")],
        )


class HeadersAlone(unittest.TestCase):
    def compile(self, files):
        return check(lambda tree: tidy.check_headers_compile_alone(tree, "c++"), files)

    def test_complete_header(self):
        self.assertEqual(self.compile({"include/glacier/a.hpp": "#pragma once\n#include <string>\nstd::string f();\n"}), [])

    def test_header_that_needs_another(self):
        problems = self.compile({"include/glacier/a.hpp": "#pragma once\nstd::string f();\n"})
        self.assertEqual(problems, [("include/glacier/a.hpp", 1, "header-alone")])

    def test_header_without_guard(self):
        problems = self.compile({"include/glacier/a.hpp": "struct a {};\n"})
        self.assertEqual(problems, [("include/glacier/a.hpp", 1, "header-alone")])


class Files(unittest.TestCase):
    def test_listed(self):
        files = {
            "CMakeLists.txt": "add_library(g src/base/a.cpp) # src/base/c.cpp\n",
            "src/base/a.cpp": "",
            "src/base/b.cpp": "",
            "src/base/c.cpp": "",
            "src/CMakeLists.txt": "add_library(glacier\n    base/b.cpp\n    ${CMAKE_CURRENT_SOURCE_DIR}/base/d.cpp)\n",
            "src/base/d.cpp": "",
            "test/CMakeLists.txt": 'add_executable(t base/a_test.cpp "${PROJECT_SOURCE_DIR}/test/b_test.cpp")\n',
            "test/base/a_test.cpp": "",
            "test/b_test.cpp": "",
            "test/consumer/own/CMakeLists.txt": "add_executable(consumer ../main.cpp)\n",
            "test/consumer/main.cpp": "",
            "benchmarks/x_benchmark.cpp": "",
        }
        self.assertEqual(
            check(tidy.check_listed_in_cmake, files),
            [("benchmarks/x_benchmark.cpp", 1, "cmake-list"), ("src/base/c.cpp", 1, "cmake-list")],
        )

    def test_test_files(self):
        files = {
            "src/boost.cpp": "",
            "src/base/a.cpp": "",
            "src/base/b.cpp": "",
            "src/base/header_only.hpp": "",
            "src/emulator/main.cpp": "",
            "src/emulator/service/vault.cpp": "",
            "test/base/a_test.cpp": "",
            "test/emulator/service/vault_test.cpp": "",
        }
        self.assertEqual(check(tidy.check_test_files, files), [("src/base/b.cpp", 1, "test-file")])

    def test_words(self):
        words = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
        files = {"docs/good.md": "a temporary directory a.XXXXXX, todo, https://example.com/ho" + "me/x\n"}
        self.assertEqual(check(tidy.check_words, files), [])
        for word in words:
            files = {"docs/bad.md": f"good\n// {word}: later\n"}
            self.assertEqual(check(tidy.check_words, files), [("docs/bad.md", 2, "word")])

    def test_machine_paths(self):
        for path in ["/wo" + "rk/main", '"/ho' + 'me/user"']:
            files = {"CMakeLists.txt": f"set(x {path})\n"}
            self.assertEqual(check(tidy.check_words, files), [("CMakeLists.txt", 1, "machine-path")])

    def test_words_of_ignored_files_do_not_matter(self):
        bad = "TO" + "DO\n"
        with tempfile.TemporaryDirectory() as root:
            write_tree(root, {".gitignore": "/build/\n/local\n", "build/a.txt": bad, "local": bad, "new.txt": bad})
            try:
                subprocess.run(["git", "init", "-q", root], check=True, capture_output=True)
            except (OSError, subprocess.CalledProcessError):
                self.skipTest("git is missing")
            tree = tidy.Tree(root)
            tidy.check_words(tree)
            self.assertEqual([path for path, _, _, _ in tree.problems], ["new.txt"])

    def test_binary_files_have_no_words(self):
        files = {"test/data.bin": "\0 TO" + "DO\n"}
        self.assertEqual(check(tidy.check_words, files), [])

    def test_sleep(self):
        files = {
            "test/a_test.cpp": '// sleep_for\nauto s = "sleep_for";\nstd::this_thread::sleep_for(x);\n',
            "test/b_test.cpp": "\nstd::this_thread::sleep_until(x);\n",
            "src/cli/a.cpp": "std::this_thread::sleep_for(x);\n",
        }
        self.assertEqual(
            check(tidy.check_sleep, files), [("test/a_test.cpp", 3, "sleep"), ("test/b_test.cpp", 2, "sleep")]
        )


class Guide(unittest.TestCase):
    EXAMPLE = "int main()\n{\n    first();\n    if (second())\n        third();\n}\n"
    PAGE = "The snippets are from [examples/a.cpp](../examples/a.cpp).\n\n```cpp\n{}```\n"

    def check(self, page, example=EXAMPLE):
        return check(tidy.check_guide, {"docs/guide/page.md": page, "docs/examples/a.cpp": example})

    def test_snippets_of_the_example(self):
        self.assertEqual(self.check(self.PAGE.format("first();\nif (second())\n    third();\n")), [])
        self.assertEqual(self.check("No word of where it is from.\n```cpp\nfree();\n```\n"), [])
        self.assertEqual(self.check(self.PAGE.format("first();\n") + "```cmake\nnot_cpp()\n```\n"), [])

    def test_other_snippets(self):
        for snippet in ("second();\n", "first();\nthird();\n"):
            self.assertEqual(self.check(self.PAGE.format(snippet)), [("docs/guide/page.md", 3, "snippet")])
        self.assertEqual(self.check(self.PAGE.format("first();\n"), "int main() {}\n"),
                         [("docs/guide/page.md", 3, "snippet")])


class Coroutines(unittest.TestCase):
    def found(self, body):
        """The rules that a coroutine with this body breaks, as (line of the body, rule)."""
        text = "asio::awaitable<void> f()\n{\n" + textwrap.dedent(body).strip("\n") + "\n}\n"
        return [(line - 2, rule) for _, line, rule in check(tidy.check_coroutines, {"src/net/x.cpp": text})]

    def test_plain_code(self):
        self.assertEqual(
            self.found(
                """
                auto lease = co_await pool_.acquire();
                int const n = lease ? 1 : 2;
                auto sorted = std::count_if(a.begin(), a.end(), [&](int x) { return x < n; });
                std::vector<int> v{1, 2, table[n]};
                f({1, 2});
                auto r = co_await g(v[n], table[0][n], make(x)[1]);
                auto& [a, b] = r;
                for (auto const& [key, value] : map)
                    co_await h(key, value);
                if (n ? a : b) {
                    co_await h();
                } else if (co_await h(request{"name"})) {
                    [[maybe_unused]] auto const y = co_await h(std::move(v));
                }
                switch (n) {
                case 1:
                    co_await h();
                    break;
                }
                try {
                    co_await h([](int x) { return x ? 1 : 2; });
                } catch (std::exception const&) {
                    x = y ? 1 : 2;
                }
                auto text = co_await h("a ? b : c", R"(, {[x]} ?)", '?'); // what? ({a, b})
                while (!co_await h()) {}
                co_return;
                """
            ),
            [],
        )

    def test_conditional(self):
        self.assertEqual(self.found("auto x = a ? co_await b() : c;"), [(1, "coroutine-conditional")])
        self.assertEqual(self.found("g();\nco_await b(x,\n    y ? 1 : 2);"), [(3, "coroutine-conditional")])
        self.assertEqual(self.found("if (co_await b(x ? 1 : 2)) {\n    g();\n}"), [(1, "coroutine-conditional")])
        self.assertEqual(self.found("co_return co_await b(x ? 1 : 2);"), [(1, "coroutine-conditional")])

    def test_short_circuit(self):
        self.assertEqual(self.found("while (!stopped && co_await f()) {\n}"), [(1, "coroutine-short-circuit")])
        self.assertEqual(self.found("bool x = co_await f() || y;"), [(1, "coroutine-short-circuit")])
        self.assertEqual(self.found("auto&& x = co_await f();"), [])

    def test_capturing_lambda(self):
        for capture in ["x", "&", "=", "this", "&x, y = std::move(z)"]:
            with self.subTest(capture=capture):
                self.assertEqual(
                    self.found(f"co_await g([{capture}](int) {{ h(); }});"), [(1, "coroutine-lambda")]
                )
        self.assertEqual(self.found("co_await g(1, 2,\n    [&] { return 1; });"), [(2, "coroutine-lambda")])

    def test_the_body_of_a_lambda_is_another_function(self):
        self.assertEqual(
            self.found(
                """
                co_await spawn([](state& s) -> asio::awaitable<void> {
                    int const n = s ? 1 : 2;
                    g({1, 2}, [&] { h(n); });
                    co_await s.wait(n);
                }(s));
                """
            ),
            [],
        )
        self.assertEqual(
            self.found(
                """
                spawn([](state& s) -> asio::awaitable<void> {
                    g();
                    co_await s.wait({1, 2});
                }(s));
                """
            ),
            [(3, "coroutine-list")],
        )

    def test_braced_list(self):
        self.assertEqual(self.found("co_await g({a, b});"), [(1, "coroutine-list")])
        self.assertEqual(self.found("co_await g(x,\n    {a, b});"), [(2, "coroutine-list")])
        self.assertEqual(self.found("auto x = h({.a = 1}, co_await g());"), [(1, "coroutine-list")])

    def test_structured_binding(self):
        for binding in ["auto [a, b]", "auto& [a, b]", "auto&& [a, b]", "auto const& [a, b]", "const auto [a]"]:
            with self.subTest(binding=binding):
                self.assertEqual(self.found(f"{binding} = co_await g();"), [(1, "coroutine-binding")])

    def test_coroutine_lambda_with_captures(self):
        self.assertEqual(
            self.found("spawn([&]() -> asio::awaitable<void> {\n    co_await g();\n});"), [(1, "coroutine-capture")]
        )
        self.assertEqual(
            self.found("auto f = [x]() mutable -> boost::asio::awaitable<std::pair<int, int>> { return g(x); };"),
            [(1, "coroutine-capture")],
        )
        self.assertEqual(
            self.found("auto f = [this](auto x) {\n    if (x)\n        co_return;\n};"), [(1, "coroutine-capture")]
        )
        # The capturing lambda is a plain function; the coroutine inside of it captures nothing.
        self.assertEqual(
            self.found("auto f = [&] {\n    g([](int x) -> asio::awaitable<void> { co_await h(x); });\n};"), []
        )

    def test_tools(self):
        for header in ["awaitable_operators", "parallel_group", "channel", "concurrent_channel", "basic_channel"]:
            with self.subTest(header=header):
                files = {"test/net/x_test.cpp": f"#include <boost/asio/experimental/{header}.hpp>\n"}
                self.assertEqual(check(tidy.check_coroutines, files), [("test/net/x_test.cpp", 1, "coroutine-tool")])
        self.assertEqual(
            self.found("using namespace asio::experimental::awaitable_operators;"), [(1, "coroutine-tool")]
        )
        files = {"test/net/x_test.cpp": "#include <boost/asio/experimental/as_tuple.hpp>\n"}
        self.assertEqual(check(tidy.check_coroutines, files), [])

    def test_all_directories(self):
        for path in ["include/glacier/a.hpp", "test/a_test.cpp", "benchmarks/a.cpp", "docs/examples/a.cpp"]:
            with self.subTest(path=path):
                files = {path: "void f()\n{\n    co_await g({1});\n}\n"}
                self.assertEqual(check(tidy.check_coroutines, files), [(path, 3, "coroutine-list")])

    def test_text_that_does_not_match_its_brackets(self):
        files = {
            "src/net/x.cpp": "#if A\nvoid f() {\n#else\nvoid g() {\n#endif\n    co_await h({1});\n}\n",
            "src/net/y.cpp": "}}} co_await ((( [ {",
        }
        self.assertEqual(check(tidy.check_coroutines, files), [("src/net/x.cpp", 6, "coroutine-list")])


class Program(unittest.TestCase):
    def run_tidy(self, files):
        with tempfile.TemporaryDirectory() as root:
            write_tree(root, files)
            program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tidy.py")
            return subprocess.run(
                [sys.executable, program, "--root", root, "--no-compile"], capture_output=True, text=True, timeout=60
            )

    def test_good_tree(self):
        done = self.run_tidy({"README.md": "Good.\n"})
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_bad_tree(self):
        done = self.run_tidy({"src/plan/x.hpp": "#include <boost/asio/buffer.hpp>\n"})
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"^src/plan/x\.hpp:1: system-header: .+\n$")


if __name__ == "__main__":
    unittest.main()

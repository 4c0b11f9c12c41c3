"""The document on the emulator's data directory says what the emulator makes."""

import pathlib
import re
import sqlite3
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / 'test' / 'support'))

import programs  # noqa: E402

DOCUMENT = ROOT / 'docs' / 'design' / 'emulator-format.md'


class FormatTest(programs.ProgramTest):

    def setUp(self):
        super().setUp()
        emulator = self.start_emulator()
        self.data_dir = pathlib.Path(emulator.data_dir)
        emulator.stop()
        self.index = sqlite3.connect(self.data_dir / 'index.sqlite')
        self.addCleanup(self.index.close)
        self.text = DOCUMENT.read_text(encoding='utf-8')

    def test_tables_and_columns(self):
        documented = {}
        for line in self.text.split('\n## Tables\n')[1].split('\n## ')[0].splitlines():
            heading = re.fullmatch(r'### `(\w+)`', line)
            row = re.match(r'\| `(\w+)` \|', line)
            if heading:
                columns = documented.setdefault(heading.group(1), [])
            elif row:
                columns.append(row.group(1))
        names = [name for name, in self.index.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        made = {name: [column[1] for column in self.index.execute(f'PRAGMA table_info({name})')]
                for name in names}
        self.assertEqual(made, documented)

    def test_version(self):
        version, = self.index.execute('PRAGMA user_version').fetchone()
        self.assertIn(f'This page describes format {version}.', self.text)
        history = re.findall(r'^\| (\d+) \|', self.text.split('\n## Versions\n')[1], re.MULTILINE)
        self.assertEqual([str(number) for number in range(1, version + 1)], history)

    def test_directory(self):
        listed = re.findall(r'^\| `([\w./-]+)` \|',
                            self.text.split('\n## Files and directories\n')[1].split('\n## ')[0],
                            re.MULTILINE)
        for path in self.data_dir.iterdir():
            self.assertIn(path.name, [name.rstrip('/') for name in listed])


if __name__ == '__main__':
    unittest.main(verbosity=2)

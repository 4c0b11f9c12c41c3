#!/usr/bin/python3
"""Pages of docs/guide quote code from the examples that are run as tests: each quotation is in its example.

A page X-Y.md belongs to docs/examples/X_Y.cpp, if there is one. Indentation and lines of `...` do not count, and
neither do blocks of `c++` instead of `cpp`: those are sketches.
"""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BLOCK = re.compile(r"^```cpp\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def lines_of(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def pieces_of(block):
    """The runs of lines between those that stand for something left out."""
    pieces = [[]]
    for line in lines_of(block):
        if line == "...":
            pieces.append([])
        else:
            pieces[-1].append(line)
    return [piece for piece in pieces if piece]


def is_in(piece, lines):
    return any(lines[at : at + len(piece)] == piece for at in range(len(lines)))


class Snippets(unittest.TestCase):
    def test_pages(self):
        compared = 0
        for page in sorted((ROOT / "docs/guide").glob("*.md")):
            example = ROOT / "docs/examples" / (page.stem.replace("-", "_") + ".cpp")
            if not example.exists():
                continue
            lines = lines_of(example.read_text(encoding="utf-8"))
            for block in BLOCK.findall(page.read_text(encoding="utf-8")):
                for piece in pieces_of(block):
                    with self.subTest(page=page.name, begin=piece[0]):
                        self.assertTrue(is_in(piece, lines), f"{page.name}: not in {example.name}: {piece[0]}")
                        compared += 1
        self.assertGreater(compared, 5)


if __name__ == "__main__":
    unittest.main()

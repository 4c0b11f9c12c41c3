#!/usr/bin/python3
"""docs/guide/observability.md names the events and the metrics that there are."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GUIDE = (ROOT / "docs/guide/observability.md").read_text(encoding="utf-8")


class ObservabilityGuide(unittest.TestCase):
    def test_metrics(self):
        source = (ROOT / "src/observer/prometheus_observer.cpp").read_text(encoding="utf-8")
        rows = [line for line in GUIDE.splitlines() if line.startswith("| `glacier_")]
        listed = [name for row in rows for name in re.findall(r"`glacier_(\w+)`", row)]
        written = re.findall(r"write(?:_gauge)?\(\s*out,\s+\"(\w+)\"", source)
        self.assertEqual(sorted(written), sorted(listed))
        self.assertGreater(len(written), 20)

    def test_events(self):
        header = (ROOT / "include/glacier/observer.hpp").read_text(encoding="utf-8")
        section = GUIDE.split("\n## Events\n", 1)[1].split("\n## ", 1)[0]
        rows = [line for line in section.splitlines() if line.startswith("| `")]
        listed = [name for row in rows for name in re.findall(r"`(\w+)`", row.split(" | ")[0])]
        self.assertEqual(sorted(re.findall(r"virtual void on_(\w+)\(", header)), sorted(listed))


if __name__ == "__main__":
    unittest.main()

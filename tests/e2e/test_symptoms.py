#!/usr/bin/python3
"""Each row of the table of symptoms has a case that goes from wire to verdict: what leads there, and what is said to do.

symptoms.json maps rows to cases. The cases themselves are run by run.py, with all of their output; this program runs nothing.
`leads`: the finding that explains the end, else the first that was found. `next`: words of one of the next steps. `mentions`:
another finding. `headline`: how it begins, where nothing went wrong.
"""
import json
import pathlib
import re
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
del sys.argv[1:]  # the program is not run here
ROWS = json.loads((HERE / "symptoms.json").read_text(encoding="utf-8"))
CASES = {case["name"]: case["expect"]["stdout"]
         for folder in ("cases", "isolated") for path in sorted((HERE / folder).glob("*.json"))
         for case in json.loads(path.read_text(encoding="utf-8"))}
LAST_ROW = 35


class Verdict:
    """What the last verdict of an output says; a run of several connections has one of each."""

    def __init__(self, lines):
        lines = lines[max((at for at, line in enumerate(lines) if line.startswith("▌")), default=0):]
        self.headline = lines[0].lstrip("▌ ")
        self.findings = [found[1] for found in (re.match(
            r"(?:  findings   |  inferred   | {13})[✗!·≈] ([a-z0-9-]+), (?:error|warning|note)", line) for line in lines) if found]
        explained = [line.split()[-1] for line in lines if line.startswith("  explain ")]
        self.leads = next((name for name in explained if name in self.findings), (self.findings or [None])[0])
        self.next = []
        for line in lines:
            if line.startswith("  next ") or self.next and line:
                self.next.append(re.sub(r"^\s*(?:next\s+)?\d ", "", line))
            elif self.next:
                break


class Symptoms(unittest.TestCase):
    def test_every_row_has_a_case(self):
        self.assertEqual(list(range(1, LAST_ROW + 1)), [row["row"] for row in ROWS])
        self.assertEqual([], [row["row"] for row in ROWS if not row["cases"]])

    def test_every_case_of_a_symptom_is_in_a_row(self):
        named = {case["case"] for row in ROWS for case in row["cases"]}
        self.assertEqual([], [name for name in CASES if name.startswith("symptom-") and name not in named])

    def test_the_verdict_says_what_the_row_says(self):
        for row in ROWS:
            for case in row["cases"]:
                with self.subTest(row=row["row"], case=case["case"]):
                    verdict = Verdict(CASES[case["case"]])
                    self.assertTrue("leads" in case or "headline" in case)
                    self.assertEqual(case.get("leads", verdict.leads), verdict.leads)
                    self.assertTrue(verdict.headline.startswith(case.get("headline", "")), verdict.headline)
                    self.assertIn(case.get("mentions", verdict.leads), verdict.findings)
                    self.assertIn(case.get("next", ""), "\n".join(verdict.next))


if __name__ == "__main__":
    unittest.main()

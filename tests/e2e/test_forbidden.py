#!/usr/bin/python3
"""Sentences that may not stand in a verdict with a given ending, over all that the tests expect.

forbidden.json: `if` and `unless` are sought in the whole of a case (its arguments and what is printed), `never` in its verdict.
"""
import json
import pathlib
import re
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RULES = json.loads((HERE / "forbidden.json").read_text(encoding="utf-8"))


def printed_by_cases():
    """Name and text of what each case of run.py expects, its arguments before it."""
    for path in sorted([*HERE.glob("cases/*.json"), *HERE.glob("isolated/*.json"), *ROOT.glob("tests/interop/cases/*.json")]):
        for case in json.loads(path.read_text(encoding="utf-8")):
            expect = case.get("expect", {})
            lines = [" ".join(case["args"]), *expect.get("stdout", []), *expect.get("stderr", [])]
            yield f"{path.stem}: {case['name']}", "\n".join(lines)


def printed_by_sessions():
    for path in sorted(ROOT.glob("fixtures/sessions/*.txt")):
        yield path.stem, re.sub(r"(?<=\S)\n(?:▌ (?=\S)|  {14}(?=\S))", " ", path.read_text(encoding="utf-8"))


def verdict_of(text):
    """From the first line of the verdict on; empty where none is printed."""
    start = text.find("▌ ")
    return text[start:] if start >= 0 else ""


def unlawful(text):
    verdict = verdict_of(text)
    for rule in RULES:
        if "if" in rule and not re.search(rule["if"], text) or "unless" in rule and re.search(rule["unless"], text):
            continue
        # What the peer said is its own affair.
        found = re.search(rule["never"], re.sub(r'"[^"\n]*"', '""', verdict))
        if found:
            yield f"{rule['name']}: {found[0]}"


class Forbidden(unittest.TestCase):
    maxDiff = None

    def test_no_verdict_says_it(self):
        cases = [*printed_by_cases(), *printed_by_sessions()]
        self.assertGreater(len(cases), 300)
        self.assertEqual({name: list(unlawful(text)) for name, text in cases if list(unlawful(text))}, {})

    def test_it_would_be_found(self):
        said = "connect --no-compression\n▌ The server's side ended TCP.\n  next  1 Repeat with --no-compression.\n  more  whydrop explain compression-suspect"
        self.assertEqual(len(list(unlawful(said))), 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

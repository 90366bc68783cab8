#!/usr/bin/python3
"""Every scenario of every rehearsal has a case with its whole output, and leads where it says: test_scenarios.py [--write-cases]

run.py plays them (cases/scenarios_PROFILE.json), and holds all that is printed against the case. This looks at what stands there:
each scenario has a case, and the finding that leads its verdict is the one that the scenario names. --write-cases adds the cases
that are missing, for run.py to fill (WHYDROP_UPDATE_GOLDEN=1).
"""
import json
import pathlib
import re
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
WRITE = "--write-cases" in sys.argv
del sys.argv[1:]  # the program is not run here
REHEARSALS = {path.stem: json.loads(path.read_text(encoding="utf-8"))["scenarios"]
              for path in sorted((HERE / "../../fixtures/rehearsals").resolve().glob("*.json"))}
# Told of every dialect that nobody serves, whatever happens.
ALWAYS = ("dialect-not-served", "scope-unknown")


def new_case(profile, name):
    return {"name": f"{profile}-{name}", "args": ["send", "--profile", profile, "--rehearse=" + name, "--no-store", "-v"]}


def cases_path(profile):
    return HERE / "cases" / f"scenarios_{profile.replace('-', '_')}.json"


def cases(profile):
    """The profile's cases by name."""
    path = cases_path(profile)
    return {row["name"]: row for row in json.loads(path.read_text(encoding="utf-8"))} if path.exists() else {}


def findings(lines):
    """The ids of a verdict's findings: the one that it explains first, then in the order in which they are printed."""
    verdict = "\n".join(lines).rpartition("\n▌")[2]
    ids = re.findall(r"^(?:  findings|  inferred|          ) +[✗!·≈] ([a-z0-9-]+),", verdict, re.M)
    explained = re.search(r"^  explain +whydrop explain (.+)$", verdict, re.M)
    ids.sort(key=lambda name: explained is None or name != explained[1])
    return [name for name in ids if name not in ALWAYS]


def write_cases():
    for profile, scenarios in REHEARSALS.items():
        there = cases(profile)
        rows = [there.get(f"{profile}-{name}", new_case(profile, name)) for name in scenarios]
        cases_path(profile).write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


class Scenarios(unittest.TestCase):
    def test_each_has_a_case_and_no_case_is_of_none(self):
        for profile, scenarios in REHEARSALS.items():
            with self.subTest(profile=profile):
                self.assertEqual({f"{profile}-{name}" for name in scenarios}, set(cases(profile)))
                for name in scenarios:
                    case = cases(profile)[f"{profile}-{name}"]
                    self.assertEqual(new_case(profile, name), {key: case[key] for key in case if key != "expect"})

    def test_each_leads_to_the_finding_that_it_names(self):
        for profile, scenarios in REHEARSALS.items():
            for name, scenario in scenarios.items():
                with self.subTest(profile=profile, scenario=name):
                    expect = cases(profile)[f"{profile}-{name}"]["expect"]
                    found = findings(expect["stdout"])
                    self.assertEqual(scenario.get("leads_to"), found[0] if found else None)
                    if name == "happy":
                        self.assertEqual((0, []), (expect["exit"], found))


if __name__ == "__main__":
    if WRITE:
        write_cases()
    else:
        unittest.main()

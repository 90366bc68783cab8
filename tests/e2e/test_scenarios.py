#!/usr/bin/python3
"""Every scenario of every rehearsal has a case with its whole output: test_scenarios.py WHYDROP [--write-cases]

cases/scenarios_PROFILE.json must hold it, and name in it the finding that the scenario leads to. --write-cases adds those that
are missing, for run.py to fill (WHYDROP_UPDATE_GOLDEN=1). Whether that finding leads is what test_rehearsals.py looks at.
"""
import json
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
WRITE = "--write-cases" in sys.argv and not sys.argv.remove("--write-cases")
del sys.argv[1:]  # the program is not run here
REHEARSALS = {path.stem: json.loads(path.read_text(encoding="utf-8"))["scenarios"]
              for path in sorted((HERE / "../../fixtures/rehearsals").resolve().glob("*.json"))}
SCENARIOS = [(profile, name, scenario) for profile, all_of in REHEARSALS.items() for name, scenario in all_of.items()]


def arguments(profile, name):
    return ["send", "--profile", profile, "--rehearse=" + name, "--no-store"]


def cases_path(profile):
    return HERE / "cases" / f"scenarios_{profile.replace('-', '_')}.json"


def cases(profile):
    path = cases_path(profile)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def add_missing_cases():
    for profile, scenarios in REHEARSALS.items():
        rows = cases(profile)
        names = [row["name"] for row in rows]
        for name in scenarios:
            if f"{profile}-{name}" not in names:
                rows.append({"name": f"{profile}-{name}", "args": arguments(profile, name)})
        cases_path(profile).write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


class Scenarios(unittest.TestCase):
    def test_each_has_a_case_with_its_whole_output(self):
        for profile, name, scenario in SCENARIOS:
            with self.subTest(profile=profile, scenario=name):
                found = [row for row in cases(profile) if row["name"] == f"{profile}-{name}"]
                self.assertEqual(1, len(found))
                self.assertEqual(arguments(profile, name), found[0]["args"])
                self.assertIn(scenario.get("leads_to", ""), "\n".join(found[0]["expect"]["stdout"]))
                self.assertNotEqual([], found[0]["expect"]["stdout"])


if __name__ == "__main__":
    if WRITE:
        add_missing_cases()
    else:
        unittest.main()

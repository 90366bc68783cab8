#!/usr/bin/python3
"""Every scenario of every rehearsal leads where it says: test_scenarios.py WHYDROP [--write-cases]

Plays each with `whydrop send --rehearse`, and asserts that the first finding of a verdict is the scenario's leads_to, or that a
scenario that leads to none ends well. Asserts too that cases/scenarios_PROFILE.json has a case for each, whole output and all;
--write-cases adds those that are missing, for run.py to fill (WHYDROP_UPDATE_GOLDEN=1).
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import run

HERE = pathlib.Path(__file__).resolve().parent
WRITE = "--write-cases" in sys.argv and not sys.argv.remove("--write-cases")
WHYDROP = str(pathlib.Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else ""
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


def play(scenario):
    """The scenario's exit code, and the ids of the findings of its verdicts, the run's last."""
    profile, name, _ = scenario
    with tempfile.TemporaryDirectory(prefix="whydrop-e2e-") as home:
        done = subprocess.run([WHYDROP] + arguments(profile, name) + ["--output", "ndjson"], capture_output=True, text=True,
                              timeout=120, stdin=subprocess.DEVNULL, env=run.environment(home), check=False)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, [[finding["id"] for finding in event["findings"]] for event in events if event.get("kind") == "verdict"]


class Scenarios(unittest.TestCase):
    def test_each_leads_where_it_says(self):
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for (profile, name, scenario), (code, verdicts) in zip(SCENARIOS, pool.map(play, SCENARIOS)):
                with self.subTest(profile=profile, scenario=name):
                    if "leads_to" in scenario:
                        self.assertEqual([scenario["leads_to"]], verdicts[-1][:1])
                    else:
                        self.assertEqual(0, code)

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

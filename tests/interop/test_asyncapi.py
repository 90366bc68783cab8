#!/usr/bin/python3
"""The public examples of the AsyncAPI specification, as @asyncapi/cli brings them: each converts into a profile without mistakes.
Run as test_asyncapi.py WHYDROP.

What each becomes is counted in asyncapi.json (WHYDROP_UPDATE_GOLDEN=1 rewrites it): types of both sides, those of them without a
schema, definitions and notes. Where npm cannot fetch the package nothing is run.
"""
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
WHYDROP = str(pathlib.Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else ""
GOLDEN = HERE / "asyncapi.json"
PACKAGE = "@asyncapi/cli@4.1.1"
EXAMPLES = "package/assets/examples"


class Examples(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="whydrop-asyncapi-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        try:
            packed = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=cls.folder, check=True, capture_output=True, text=True,
                                    timeout=120)
        except (OSError, subprocess.SubprocessError) as why:
            raise unittest.SkipTest(f"npm cannot fetch {PACKAGE}: {why}") from why
        with tarfile.open(cls.folder / packed.stdout.strip()) as archive:
            archive.extractall(cls.folder, [each for each in archive if each.name.startswith(EXAMPLES + "/")])

    def run_whydrop(self, *arguments):
        return subprocess.run([WHYDROP, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)

    def converted(self, document):
        done = self.run_whydrop("profile", "import", document)
        self.assertEqual(0, done.returncode, done.stderr)
        made = self.folder / "made.json"
        made.write_text(done.stdout, encoding="utf-8")
        self.assertEqual(0, self.run_whydrop("profile", "check", made).returncode)
        profile = json.loads(done.stdout)
        types = [each for side in profile["messages"].values() for each in side.values()]
        return {"client": len(profile["messages"]["client"]), "server": len(profile["messages"]["server"]),
                "without_schema": sum("schema" not in each for each in types), "definitions": len(profile.get("definitions", {})),
                "notes": len([line for line in done.stderr.splitlines() if line.startswith("whydrop: note: ")])}

    def test_each_converts(self):
        documents = sorted(file for file in (self.folder / EXAMPLES).iterdir() if file.name != "examples.json")
        found = {document.name: self.converted(document) for document in documents}
        if os.environ.get("WHYDROP_UPDATE_GOLDEN"):
            GOLDEN.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        self.assertEqual(json.loads(GOLDEN.read_text(encoding="utf-8")), found)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""Validates each line of the captures named against a JSON Schema: validate.py SCHEMA CAPTURE..."""

import json
import sys

import jsonschema


def main(schema_path, capture_paths):
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    faults = 0
    for path in capture_paths:
        with open(path, encoding="utf-8", newline="\n") as file:
            for number, line in enumerate(file, 1):
                # A cut last line is what a killed writer leaves.
                if not line.endswith("\n"):
                    continue
                for error in validator.iter_errors(json.loads(line)):
                    print(f"{path}:{number}: {error.message}")
                    faults += 1
    return 1 if faults or not capture_paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))

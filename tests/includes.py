#!/usr/bin/env python3
"""Compiles each source of lib/ and cli/ without the precompiled header and by itself, and writes nothing: a source that leans on
what another one includes fails here.

usage: includes.py BUILD_FOLDER    (of a configured preset that does not batch: its compile_commands.json is read)
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys


def commands(folder):
    root = pathlib.Path(__file__).resolve().parent.parent
    for entry in json.loads((folder / "compile_commands.json").read_text()):
        source = pathlib.Path(entry["file"])
        if root / "lib" in source.parents or root / "cli" in source.parents:
            yield source.relative_to(root), entry["directory"], entry["command"]


def check(source, folder, command):
    command = re.sub(r"^\S*ccache ", "", command)
    command = re.sub(r"(-Winvalid-pch )?-include \S*cmake_pch\S*", "", command)
    command = re.sub(r"-o \S+", "", command) + " -fsyntax-only"
    ran = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True)
    return source, ran.returncode, ran.stderr


def main():
    folder = pathlib.Path(sys.argv[1])
    failed = 0
    total = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for source, code, says in pool.map(lambda row: check(*row), commands(folder)):
            total += 1
            if code != 0:
                failed += 1
                print(f"{source} does not include what it uses:\n{says}")
    print(f"{total - failed} passed, {failed} failed")
    return 1 if failed or not total else 0


if __name__ == "__main__":
    sys.exit(main())

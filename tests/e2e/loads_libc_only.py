#!/usr/bin/env python3
"""loads_libc_only.py WHYDROP: the optimised program asks the loader for libc and the loader itself, and for nothing else."""
import re
import subprocess
import sys

dynamic = subprocess.run(["readelf", "-d", sys.argv[1]], capture_output=True, text=True, check=True).stdout
needed = re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic)
others = [name for name in needed if not re.match(r"(libc|ld-linux.*)\.so", name)]
if not needed or others:
    print(f"{sys.argv[1]} needs {', '.join(others) or 'not even libc'}; link with -Wl,-Map=FILE to see which object asks for it")
    sys.exit(1)

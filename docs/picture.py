#!/usr/bin/python3
"""Draws docs/terminal.svg: what a command of the README prints, run now.

usage: docs/picture.py WHYDROP > docs/terminal.svg
"""
import html
import re
import subprocess
import sys

COMMAND = ["send", "--profile", "guest-conversations", "--rehearse=start-chat-malformed", "--color", "always"]
COLUMNS, LINE, CHARACTER, MARGIN = 100, 18, 8.4, 16
COLORS = {"31": "#f47067", "32": "#8ddb8c", "33": "#e0b252", "34": "#6cb6ff", "35": "#dcbdfb", "36": "#76e3ea", "2": "#8b949e",
          "90": "#8b949e"}


def spans(line):
    """The line's text in pieces, each with its colour and weight."""
    color, bold, out = "#c9d1d9", False, []
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b["):
            for code in part[2:-1].split(";"):
                if code in ("", "0"):
                    color, bold = "#c9d1d9", False
                elif code == "1":
                    bold = True
                else:
                    color = COLORS.get(code, color)
        elif part:
            weight = ' font-weight="bold"' if bold else ""
            out.append(f'<tspan fill="{color}"{weight}>{html.escape(part)}</tspan>')
    return "".join(out)


def main():
    done = subprocess.run([sys.argv[1], *COMMAND], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
                          env={"LANG": "C.UTF-8", "COLUMNS": str(COLUMNS)})
    shown = [word for word in COMMAND if word not in ("--color", "always")]
    lines = ["$ whydrop " + " ".join(shown)]
    for line in done.stdout.decode().splitlines():
        plain = re.sub(r"\x1b\[[0-9;]*m", "", line)
        lines.append(line if len(plain) <= COLUMNS else line[:COLUMNS - 1] + "…")
    width, height = COLUMNS * CHARACTER + 2 * MARGIN, len(lines) * LINE + 2 * MARGIN
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
          f'font-family="ui-monospace,Menlo,DejaVu Sans Mono,monospace" font-size="14">')
    print(f'<rect width="100%" height="100%" rx="8" fill="#0d1117"/>')
    for at, line in enumerate(lines):
        print(f'<text x="{MARGIN}" y="{MARGIN + LINE * (at + 0.75):.1f}" xml:space="preserve">{spans(line)}</text>')
    print("</svg>")


main()

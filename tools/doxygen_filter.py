"""Turns the plain comments of a public header into Doxygen's, on the way into Doxygen; the headers stay readable.

usage: doxygen_filter.py HEADER

A comment that begins a line documents what follows it, one after code what stands before it, the first one the file. A
heading ("---- Views ----") opens a group.
"""

import re
import sys
from pathlib import Path

COMMENT = re.compile(r"/\*.*?\*/", re.S)
HEADING = re.compile(r"/\* -{4} (.*?) -+\s*")
# They turn C scalars into operands and call the function of the same name, which is what is documented.
WRAPPER = re.compile(r"^#define (nd_\w+)\(.*\) \(\1\)\(.*\n", re.M)


def filtered(text: str, name: str) -> str:
    headings = 0

    def mark(match: re.Match) -> str:
        nonlocal headings
        comment = match[0]
        before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        line_end = text.find("\n", match.end())
        heading = HEADING.match(comment)
        if match.start() == 0:
            return f"/** @file {name}\n * @brief" + comment[2:]
        if heading:
            headings += 1
            close = "/** @} */\n" if headings > 1 else ""
            return f"{close}/** @name {heading[1]}\n *{comment[heading.end() : -2].lstrip(' *')}\n * @{{ */"
        if before.lstrip().startswith("#") or text[line_end - 1] == "\\":
            return comment
        return comment.replace("/*", "/**<" if before.strip() else "/**", 1)

    text = WRAPPER.sub("", text)
    marked = COMMENT.sub(mark, text)
    return marked + ("/** @} */\n" if headings else "")


if __name__ == "__main__":
    path = Path(sys.argv[1])
    sys.stdout.write(filtered(path.read_text(), path.name))

"""Writes the table of operations as a page of the reference.

usage: document_ops.py OPS_DEF -o OPERATIONS_MD
"""

import argparse
from pathlib import Path

from generate_ops import ARGUMENTS, read_rows

HEAD = """\
# Operations {#operations}

Every operation of the table, by subject: nd_NAME computes it, nd_NAME_into (element by element) writes into an array
that exists, nd_NAME_with (reductions) takes options. The bound is on the error of floating-point results in units in
the last place; none: the result is exact or only rounded.
"""


def cells(row) -> str:
    name, op_class, signature, _, _, ulp, doc = row
    call = f"nd_{name}({', '.join(ARGUMENTS[op_class])})" if op_class in ARGUMENTS else f"nd_{name}()"
    bound = ulp if float(ulp) > 0.5 else ""
    doc = doc.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")
    return f"| {call} | {op_class.lower()} | {signature.lower().replace('_', ' ')} | {bound} | {doc} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table")
    parser.add_argument("-o", "--output", required=True)
    arguments = parser.parse_args()
    lines = [HEAD]
    for row in read_rows(arguments.table):
        if isinstance(row, str):
            title = row.strip("/*- ")
            lines += ["", f"## {title}", "", "| operation | class | dtypes | ulp | meaning |", "|---|---|---|---|---|"]
        else:
            lines.append(cells(row))
    Path(arguments.output).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

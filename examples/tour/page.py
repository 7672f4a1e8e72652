"""Writes the tour's page, one HTML file that needs nothing else, into the frame of page.html."""

import html
import re
from pathlib import Path
from statistics import geometric_mean, median
from string import Template

import figures
from figures import percent, seconds

C_WORDS = (
    "bool break case char const continue double else enum float for if int long return sizeof "
    "static struct switch typedef unsigned void while int8_t uint8_t int64_t size_t "
    "nd_array nd_table nd_dtype nd_reduce_options nd_csv_options"
)
PYTHON_WORDS = "and as def else for from if import in is lambda len not or return with range zip"


def highlight(code: str, language: str) -> str:
    """Code with its comments, texts, words and numbers marked."""
    words = (C_WORDS if language == "c" else PYTHON_WORDS).split()
    comment = r"/\*.*?\*/" if language == "c" else r"#[^\n]*"
    pattern = re.compile(
        rf'(?P<c>{comment})|(?P<s>"(?:[^"\\\n]|\\.)*")'
        rf'|\b(?P<k>{"|".join(words)})\b|\b(?P<n>\d[\w.]*)',
        re.S,
    )
    out, at = [], 0
    for match in pattern.finditer(code):
        out.append(html.escape(code[at : match.start()], quote=False))
        out.append(f'<span class="{match.lastgroup}">{html.escape(match[0], quote=False)}</span>')
        at = match.end()
    return "".join(out) + html.escape(code[at:], quote=False)


def code_blocks(blocks: list[tuple[str, str, str]]) -> str:
    parts = [
        f"<div><h3>{title}</h3>"
        f'<pre tabindex="0"><code>{highlight(code, language)}</code></pre></div>'
        for title, code, language in blocks
        if code
    ]
    return f'<div class="sides">{"".join(parts)}</div>'


def c_parts(source: str) -> tuple[str, str]:
    """The ndstream part and the naive loops of a chapter's C file."""
    source = source[
        list(re.finditer(r"^#(?:include|define _GNU)[^\n]*\n", source, re.M))[-1].end() :
    ]
    heading = re.search(r"^/\* ---- the naive loops[^\n]*\n", source, re.M)
    first = heading.start() if heading else function_start(source, source.index("with_a_loop"))
    last = source.index(
        "\n}\n",
        [match.start() for match in re.finditer(r"^static[^;=]*?with_a_loop\w*\(", source, re.M)][
            -1
        ],
    )
    without_headings = lambda text: re.sub(r"^/\* ----[^\n]*\n+", "", text, flags=re.M).strip("\n")
    return without_headings(source[:first]), without_headings(source[first : last + 2])


def function_start(source: str, inside: int) -> int:
    """Where the function definition around that place begins, with the comment above it."""
    return source.rindex("\n\n", 0, inside) + 2


def python_parts(source: str) -> tuple[str, str]:
    """The NumPy part and the plain Python part of a chapter's Python file."""
    parts = re.split(r"^# ---- (?:with NumPy|in plain Python|the chapter)\n", source, flags=re.M)
    tidy = lambda text: re.sub(r"\n{3,}", "\n\n", text).strip("\n")
    return tidy(parts[1]), tidy(parts[2])


def megabytes(value: int | None) -> str:
    if value is None:
        return "\u2014"
    if value < 1000:
        return f"{value} B"
    return f"{value / 1e3:.1f} kB" if value < 1e6 else f"{value / 1e6:.1f} MB"


def times_table(cases: list[dict]) -> str:
    header = [
        "work",
        "pure Python",
        "C loop",
        "NumPy",
        "import changed",
        "ndstream",
        "limit",
        "\u00d7 NumPy",
        "of limit",
    ]
    header += ["allocated", "peak", "NumPy peak", "same as NumPy"]
    rows = []
    for case in cases:
        ours, about = case.get("ndstream"), "\u2248 " if case["python_share"] < 1 else ""
        ratio = f"{case['numpy'] / ours:.2f}" if ours else "\u2014"
        share = percent(case["limit"] / ours) if ours and case.get("limit") else "\u2014"
        python = about + seconds(case["python"]) if case.get("python") else "\u2014"
        cells = [python, *(seconds(case.get(way)) for way in ("loop", "numpy", "changed"))]
        row = f"<td>{html.escape(case['work'])}</td>" + "".join(
            f"<td class=number>{cell}</td>" for cell in cells
        )
        row += f'<td class="number best">{seconds(ours)}</td>'
        cells = [seconds(case.get("limit")), ratio, share]
        cells += [megabytes(case.get(key)) for key in ("allocated", "peak", "numpy_peak")]
        row += "".join(f"<td class=number>{cell}</td>" for cell in cells)
        row += f'<td{" class=bad" if case["failed"] else ""}>{html.escape(case["check"])}</td>'
        rows.append(f"<tr>{row}</tr>")
    heads = "".join(
        f'<th scope="col"{"" if i in (0, len(header) - 1) else " class=number"}>{name}</th>'
        for i, name in enumerate(header)
    )
    return (
        '<div class="scroll" tabindex="0"><table><caption>Times, and memory of one run</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def chapter_html(chapter: dict) -> str:
    ours, loop = c_parts(chapter["c_source"])
    numpy, python = python_parts(chapter["python_source"])
    parts = [
        f'<section id="chapter-{chapter["number"]}">',
        f'<h2><span class="count">{chapter["number"]}</span>{html.escape(chapter["title"])}</h2>',
        f"<p>{html.escape(chapter['story'])}</p>",
    ]
    parts += [f'<p class="failure">{html.escape(failure)}</p>' for failure in chapter["failures"]]
    parts.append(
        code_blocks(
            [
                ("C with ndstream", ours, "c"),
                ("Python with NumPy; or import ndstream as np", numpy, "python"),
            ]
        )
    )
    loops = code_blocks([("naive C", loop, "c"), ("pure Python", python, "python")])
    parts.append(f"<details><summary>The loops they are compared with</summary>{loops}</details>")
    if chapter["output"].strip():
        parts.append(
            "<h3>What the C program prints</h3>"
            f'<pre tabindex="0">{html.escape(chapter["output"].strip())}</pre>'
        )
    parts += chapter["figures"]
    if any(case.get("ndstream") for case in chapter["cases"]):
        parts.append(
            figures.figure("Time, on a logarithmic scale", figures.times(chapter["cases"]))
        )
        parts.append(times_table(chapter["cases"]))
    reasons = {case["changed_reason"] for case in chapter["cases"] if case.get("changed_reason")}
    parts += [
        f'<p class="note">Not run with its import changed: {html.escape(reason)}.</p>' for reason in sorted(reasons)
    ]
    if chapter["checks"]:
        parts.append(
            f'<p class="note">Also the same: {html.escape("; ".join(chapter["checks"]))}.</p>'
        )
    return "\n".join(parts) + "\n</section>"


def headline(chapters: list[dict]) -> str:
    cases = [case for chapter in chapters for case in chapter["cases"] if case.get("ndstream")]
    checks = sum(chapter["passed"] for chapter in chapters)
    failed = sum(len(chapter["failures"]) for chapter in chapters)
    facts = []
    if cases:
        ratio = geometric_mean(case["numpy"] / case["ndstream"] for case in cases)
        facts.append((f"{ratio:.1f}\u00d7", "NumPy\u2019s speed, geometric mean of all work", ""))
    changed = [case for case in cases if case.get("changed")]
    if changed:
        ratio = geometric_mean(case["numpy"] / case["changed"] for case in changed)
        facts.append((f"{ratio:.1f}\u00d7", "NumPy\u2019s speed for its own programs, the import line changed", ""))
    shares = [case["limit"] / case["ndstream"] for case in cases if case.get("limit")]
    if shares:
        facts.append((f"{100 * median(shares):.0f} %", "of the machine\u2019s limit, median", ""))
    facts.append(
        (
            f"{checks} of {checks + failed}",
            "results the same as NumPy\u2019s",
            "bad" if failed else "ok",
        )
    )
    return "".join(
        f'<div><b class="{kind}">{value}</b><span>{label}</span></div>'
        for value, label, kind in facts
    )


def write_picture(path: Path, chapters: list[dict]) -> None:
    """The page's first chart as a file of its own, in the colours of the page."""
    template = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")
    style = template[template.index("<style>") : template.index("</style>")] + "</style>"
    chart = figures.summary([case for chapter in chapters for case in chapter["cases"]])
    start = chart.index(">") + 1
    path.write_text(
        chart[:start].replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
        + style
        + chart[start:]
        + "\n",
        encoding="utf-8",
    )


def write(path: Path, chapters: list[dict], machine: dict[str, str], quick: bool) -> None:
    template = Template((Path(__file__).parent / "page.html").read_text(encoding="utf-8"))
    cases = [case for chapter in chapters for case in chapter["cases"]]
    contents = "".join(
        f'<li><span class="count">{c["number"]}</span>'
        f'<a href="#chapter-{c["number"]}">{html.escape(c["title"])}</a></li>'
        for c in chapters
    )
    page = template.substitute(
        headline=headline(chapters),
        summary=figures.summary(cases),
        machine="".join(
            f"<dt>{html.escape(key)}</dt><dd>{html.escape(value)}</dd>"
            for key, value in machine.items()
        ),
        contents=contents,
        chapters="\n".join(chapter_html(chapter) for chapter in chapters),
        quick="; this page is of a quick run, with fewer repeats than usual" if quick else "",
    )
    beside = path.with_suffix(".part")
    beside.write_text(page, encoding="utf-8")
    beside.replace(path)

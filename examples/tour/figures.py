"""Figures and tables for the page, as HTML and SVG text.

Colours are classes of page.html, so that they follow its theme.

Every chart has a text for screen readers, and its numbers stand in a table or beside the bars.
"""

import base64
import html
import math
from pathlib import Path

WIDTH = 760
WAYS = {"python": "pure Python", "loop": "C loop", "numpy": "NumPy", "changed": "import changed", "ndstream": "ndstream"}


def seconds(value: float | None) -> str:
    """Three significant digits and a unit."""
    if value is None:
        return "\u2014"
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("\u00b5s", 1e6), ("ns", 1e9)):
        if value * scale >= 0.9995 or unit == "ns":
            number = value * scale
            digits = max(0, 2 - math.floor(math.log10(max(number, 1e-3)))) if number < 999.5 else 0
            return f"{number:.{min(digits, 2)}f} {unit}"
    return ""


def percent(share: float) -> str:
    return f"{100 * share:.{0 if share >= 0.0995 else 1}f} %"


def text(x: float, y: float, content: str, kind: str = "", anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} class="{kind}">{html.escape(content)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def rectangle(x: float, y: float, width: float, height: float, kind: str, more: str = "") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}"'
    return f'<rect {place} rx="1.5" class="{kind}" {more}/>'


def drawing(height: float, description: str, parts: list[str], width: float = WIDTH) -> str:
    label = html.escape(description, quote=True)
    return (
        f'<svg viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{label}">'
        + "".join(parts)
        + "</svg>"
    )


def times(cases: list[dict]) -> str:
    """For each case bars for the ways, on a logarithmic scale, and the limit as a line."""
    known = [case[way] for case in cases for way in (*WAYS, "limit") if case.get(way)]
    low, high = math.floor(math.log10(min(known)) - 0.15), math.ceil(math.log10(max(known)))
    left, right, row, gap = 96, 74, 17, 40
    span = (WIDTH - left - right) / (high - low)
    place = lambda value: left + (math.log10(value) - low) * span
    parts, y = [], 6
    height = sum(gap - 10 + row * sum(bool(case.get(way)) for way in WAYS) for case in cases) + 42
    for decade in range(low, high + 1):
        x = left + (decade - low) * span
        parts += [
            line(x, 6, x, height - 26, "grid"),
            text(x, height - 10, decade_name(decade), "tick", "middle"),
        ]
    for case in cases:
        ways = [way for way in WAYS if case.get(way)]
        top = y + gap - 10
        parts.append(text(0, top - 8, case["work"], "group"))
        for i, way in enumerate(ways):
            at = top + i * row
            x = place(case[way])
            about = "\u2248 " if way == "python" and case["python_share"] < 1 else ""
            parts += [
                text(
                    left - 8,
                    at + 11.5,
                    WAYS[way],
                    "way strong" if way == "ndstream" else "way",
                    "end",
                ),
                rectangle(left, at + 2, x - left, row - 4, f"bar {way}"),
                text(
                    x + 6,
                    at + 11.5,
                    about + seconds(case[way]),
                    "value strong" if way == "ndstream" else "value",
                ),
            ]
        if case.get("limit"):
            x = place(case["limit"])
            bottom = top + len(ways) * row
            parts += [
                line(x, top - 3, x, bottom + 1, "limit"),
                text(
                    max(x - 4, 7.6 * len(case["work"]) + 14),
                    top - 8,
                    f"limit {seconds(case['limit'])}",
                    "limit-text",
                ),
            ]
        y = top + len(ways) * row
    spoken = "; ".join(
        f"{case['work']}: "
        + ", ".join(f"{WAYS[way]} {seconds(case[way])}" for way in WAYS if case.get(way))
        + (f", limit {seconds(case['limit'])}" if case.get("limit") else "")
        for case in cases
    )
    return drawing(height, f"Times on a logarithmic scale. {spoken}", parts)


def decade_name(decade: int) -> str:
    unit, base = {0: ("s", 0), -1: ("ms", -3), -2: ("\u00b5s", -6), -3: ("ns", -9)}[
        min(0, math.floor(decade / 3))
    ]
    return f"{10 ** (decade - base):,} {unit}"


def summary(cases: list[dict]) -> str:
    """A row for every case: how many times NumPy's speed, how much of the machine's limit."""
    cases = [case for case in cases if case.get("ndstream") and case.get("numpy")]
    if not cases:
        return ""
    row, top, names, panel, gap = 19, 44, 240, 290, 60
    ratios = [case["numpy"] / case["ndstream"] for case in cases]
    low = min(0, math.floor(math.log10(min(ratios)) * 2) / 2)
    high = max(1, math.ceil(math.log10(max(ratios)) * 2) / 2)
    place = lambda ratio: names + (math.log10(ratio) - low) / (high - low) * (panel - 40)
    right = names + panel + gap
    full = WIDTH - right - 48
    height = top + row * len(cases) + 8
    parts = [
        text(place(1), 14, "times as fast as NumPy", "group"),
        text(right, 14, "of the machine\u2019s limit", "group"),
    ]
    for power in range(math.ceil(low), math.floor(high) + 1):
        x = place(10.0**power)
        parts += [
            line(x, top - 8, x, height - 6, "grid"),
            text(x, 33, f"{10.0**power:g}\u00d7", "tick", "middle"),
        ]
    parts.append(line(place(1), top - 8, place(1), height - 6, "axis"))
    for part in (0.0, 0.5, 1.0):
        x = right + full * part
        parts.append(line(x, top - 8, x, height - 6, "limit" if part == 1 else "grid"))
        parts.append(text(x, 33, f"{100 * part:.0f} %", "tick", "middle"))
    for i, (case, ratio) in enumerate(zip(cases, ratios)):
        y, chapter = top + i * row, case["chapter"]
        if i == 0 or cases[i - 1]["chapter"] != chapter:
            parts.append(text(18, y + 12, str(chapter), "tick", "end"))
            if i > 0:
                parts.append(line(0, y - 1, WIDTH, y - 1, "grid"))
        start, end = sorted((place(1), place(ratio)))
        parts += [
            text(28, y + 12, case["work"], "way-left"),
            rectangle(
                start, y + 2, end - start, row - 6, "bar ndstream" if ratio >= 1 else "bar behind"
            ),
            text(
                max(end, place(1)) + 5,
                y + 12,
                f"{ratio:.{0 if ratio >= 99.5 else 1 if ratio >= 9.95 else 2}f}\u00d7",
                "value",
            ),
        ]
        if case.get("limit"):
            share = case["limit"] / case["ndstream"]
            width = full * min(share, 1.0)
            parts += [
                rectangle(right, y + 2, width, row - 6, "bar ndstream"),
                text(WIDTH, y + 12, percent(share), "value", "end"),
            ]
    spoken = "; ".join(
        f"{case['work']}: {ratio:.1f} times NumPy" for case, ratio in zip(cases, ratios)
    )
    return drawing(height, f"Speed of ndstream. {spoken}", parts)


def histogram(
    title: str, counts: list[int], first: float, step: float, mark: float, mark_text: str
) -> str:
    """Bars of equal width; those from `mark` on stand out."""
    left, top, tall = 60, 26, 200
    width = (WIDTH - left - 10) / len(counts)
    unit = 10 ** math.floor(math.log10(max(counts)))
    most = math.ceil(max(counts) / unit) * unit
    parts = []
    for level in range(0, most + 1, unit if most <= 6 * unit else 2 * unit):
        y = top + tall * (1 - level / most)
        parts += [
            line(left, y, WIDTH - 10, y, "grid"),
            text(left - 8, y + 4, f"{level:,}", "tick", "end"),
        ]
    for i, count in enumerate(counts):
        high = tall * count / most
        kind = "bar late" if first + i * step >= mark else "bar numpy"
        parts.append(rectangle(left + i * width + 0.7, top + tall - high, width - 1.4, high, kind))
        if (first + i * step) % 30 == 0:
            parts.append(
                text(left + i * width, top + tall + 16, f"{first + i * step:g}", "tick", "middle")
            )
    parts.append(
        text(
            left + len(counts) * width,
            top + tall + 16,
            f"{first + len(counts) * step:g}",
            "tick",
            "end",
        )
    )
    x = left + (mark - first) / step * width
    parts += [line(x, top - 10, x, top + tall, "limit"), text(x + 6, top, mark_text, "limit-text")]
    peak = first + step * counts.index(max(counts))
    spoken = f"{title}: histogram of {sum(counts):,}, most in the bin from {peak:g}."
    return figure(title, drawing(top + tall + 24, spoken, parts))


def heat_map(title: str, names: list[str], matrix: list[list[float]]) -> str:
    """A square of numbers between -1 and 1, coloured by sign and size."""
    left, top, wide, tall = 96, 30, 66, 34
    parts = []
    for i, name in enumerate(names):
        parts.append(text(left - 10, top + i * tall + 21, name, "way", "end"))
        parts.append(text(left + i * wide + wide / 2, top - 10, name, "tick", "middle"))
        for j, value in enumerate(matrix[i]):
            kind = "positive" if value >= 0 else "negative"
            opacity = f'fill-opacity="{0.75 * min(abs(value), 1) + 0.04:.2f}"'
            parts.append(
                rectangle(
                    left + j * wide + 1, top + i * tall + 1, wide - 2, tall - 2, kind, opacity
                )
            )
            shown = f"{value:.2f}".replace("-", "\u2212")
            parts.append(
                text(
                    left + (j + 0.5) * wide,
                    top + i * tall + 21,
                    shown.replace("\u22120.00", "0.00"),
                    "cell",
                    "middle",
                )
            )
    width = left + wide * len(names) + 4
    return figure(
        title,
        drawing(top + tall * len(names) + 4, f"{title} of {', '.join(names)}", parts, width),
        "narrow",
    )


def pictures(named: list[tuple[str, Path]]) -> str:
    """PNG files, put into the page itself."""
    parts = []
    for name, path in named:
        data = base64.b64encode(path.read_bytes()).decode()
        parts.append(
            f'<figure><img alt="The photograph, {name}" src="data:image/png;base64,{data}">'
            f"<figcaption>{html.escape(name)}</figcaption></figure>"
        )
    return f'<div class="pictures">{"".join(parts)}</div>'


def figure(title: str, content: str, kind: str = "") -> str:
    return f'<figure class="{kind}"><figcaption>{html.escape(title)}</figcaption>{content}</figure>'


def plan(title: str, path: Path) -> str:
    """A plan as nd_explain_svg() has drawn it."""
    drawn = path.read_text(encoding="utf-8")
    return f"<figure class=plan><figcaption>{html.escape(title)}</figcaption>{drawn}</figure>"


def table(title: str, header: list[str], rows: list[list[str]], text: list[int] = (0,)) -> str:
    """Columns named in `text` are set to the left, the others, numbers, to the right."""

    def cells(tag: str, values: list[str]) -> str:
        return "".join(
            f'<{tag}{"" if i in text else " class=number"}>{html.escape(value)}</{tag}>'
            for i, value in enumerate(values)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return (
        f'<div class="scroll" tabindex="0"><table><caption>{html.escape(title)}</caption>'
        f"<thead><tr>{cells('th', header)}</tr></thead><tbody>{body}</tbody></table></div>"
    )

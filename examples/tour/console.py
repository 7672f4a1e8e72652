"""The table that the tour prints as it goes, and the line under it that tells what runs now."""

import sys
import threading
import time

from figures import percent, seconds
from page import megabytes

SPINNER = "\u280b\u2819\u2839\u2838\u283c\u2834\u2826\u2827\u2807\u280f"
COLUMNS = [
    ("work", 27),
    ("pure Python", 12),
    ("C loop", 9),
    ("NumPy", 9),
    ("changed", 9),
    ("ndstream", 9),
    ("limit", 9),
]
COLUMNS += [("x NumPy", 8), ("of limit", 9), ("allocated", 10), ("same as NumPy", 15)]


class Console:
    """Prints rows; on a terminal it also keeps a moving line that tells what runs."""

    def __init__(self) -> None:
        self.terminal = sys.stdout.isatty()
        self.started = time.monotonic()
        self.now = ""
        self.lock = threading.Lock()
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._spin, daemon=True)
        if self.terminal:
            self.thread.start()

    def _spin(self) -> None:
        turn = 0
        while not self.done.wait(0.2):  # seldom: it must not disturb what is measured
            with self.lock:
                if self.now:
                    spent = time.monotonic() - self.started
                    print(
                        f"\r\x1b[K {SPINNER[turn % 10]} {self.now} \u2026 {spent:.0f} s",
                        end="",
                        flush=True,
                    )
            turn += 1

    def close(self) -> None:
        self.status("")
        self.done.set()

    def status(self, text: str) -> None:
        with self.lock:
            self.now = text
            if self.terminal and not text:
                print("\r\x1b[K", end="", flush=True)

    def line(self, text: str = "", strong: bool = False, alarm: bool = False) -> None:
        with self.lock:
            if self.terminal:
                style = "\x1b[1m" if strong else "\x1b[31m" if alarm else ""
                text = f"\r\x1b[K{style}{text}\x1b[0m" if style else "\r\x1b[K" + text
            print(text, flush=True)

    def header(self) -> None:
        names = [
            name.ljust(width) if i == 0 else name.rjust(width)
            for i, (name, width) in enumerate(COLUMNS)
        ]
        self.line("    " + "".join(names))

    def row(self, case: dict) -> None:
        ours = case.get("ndstream")
        about = "~ " if case["python_share"] < 1 else ""
        cells = [case["work"]]
        cells.append(about + seconds(case["python"]) if case.get("python") else "-")
        cells += [
            seconds(case[way]) if case.get(way) else "-"
            for way in ("loop", "numpy", "changed", "ndstream", "limit")
        ]
        cells.append(f"{case['numpy'] / ours:.2f}" if ours else "-")
        cells.append(percent(case["limit"] / ours) if ours and case.get("limit") else "-")
        cells.append(megabytes(case["allocated"]) if ours else "-")
        cells.append(case["check"])
        parts = [
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, (_, w)) in enumerate(zip(cells, COLUMNS))
        ]
        self.line("    " + "".join(parts), alarm=case["failed"])

"""Rows of the result: what was measured, against what it may be."""
import statistics


class Row:
    """One line. value None: not measured, and `note` says why. target None: for information."""

    def __init__(self, what, value=None, target=None, unit="", limit=None, note=""):
        self.what, self.value, self.target, self.unit, self.limit, self.note = what, value, target, unit, limit, note

    @property
    def verdict(self):
        if self.target is None:
            return ""
        if self.value is None:
            return "not measured"
        return "ok" if self.value <= self.target else f"MISSED by {self.value / self.target:.2f}x"

    def as_dict(self):
        return {"what": self.what, "value": self.value, "target": self.target, "limit": self.limit, "unit": self.unit, "verdict": self.verdict, "note": self.note}


def median(values):
    return statistics.median(values) if values else None


def ratio(a, b):
    return a / b if a is not None and b else None


def number(value):
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def print_rows(title, rows):
    print(f"\n{title}")
    for row in rows:
        target = "" if row.target is None else f"<= {number(row.target)}"
        limit = "" if row.limit is None else f"(limit {number(row.limit)})"
        value = number(row.value) + (" " + row.unit if row.unit and row.value is not None else "")
        print(f"  {row.what:<66} {value:>14}  {target:<9} {limit:<13} {row.verdict} {row.note}".rstrip())


def print_grid(title, columns, lines):
    """lines: lists of cells; the first is a name."""
    cells = [columns] + [[number(cell) for cell in line] for line in lines]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    print(f"\n{title}")
    for line in cells:
        print("  " + line[0].ljust(widths[0]) + "".join("  " + cell.rjust(width) for cell, width in zip(line[1:], widths[1:])))

"""What comes out: tables for the eye and for docs/performance.md."""

import statistics
from dataclasses import dataclass, field


class Samples:
    """The same thing measured several times; written as its median and, in brackets, its range."""

    def __init__(self, values, digits=None):
        self.values = list(values)
        self._digits = digits

    @classmethod
    def ratio(cls, over, under, digits=2):
        """Round by round, so that a slow minute of the machine falls out when it hit both."""
        return cls([top / bottom if bottom else float("inf") for top, bottom in zip(over.values, under.values)], digits)

    @property
    def median(self):
        return statistics.median(self.values)

    def __str__(self):
        low, high = self._text(min(self.values)), self._text(max(self.values))
        middle = self._text(self.median)
        return middle if low == high else f"{middle} ({low}–{high})"

    def _text(self, value):
        return number(value, self._digits)


def number(value, digits=None):
    """Three or so figures, thousands with commas."""
    if digits is None:
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def mebibytes(count):
    return f"{count / 2**20:g} MiB"


@dataclass(frozen=True)
class Figure:
    """A figure the project wants to reach, and what was measured."""

    what: str
    wanted: str
    measured: str
    is_reached: bool
    #: What a ratio was made of, the peer's value too.
    values: str = ""


@dataclass
class Table:
    title: str
    columns: list
    rows: list = field(default_factory=list)
    notes: list = field(default_factory=list)

    def add(self, *cells):
        self.rows.append([str(cell) for cell in cells])


@dataclass
class Result:
    """What one part measured."""

    tables: list = field(default_factory=list)
    figures: list = field(default_factory=list)


class Report:
    def __init__(self, machine):
        self.machine = machine
        self.tables = []
        self.figures = []
        self.noise = ""
        self.failures = []

    def add(self, result):
        self.tables += result.tables
        self.figures += result.figures

    def _all_tables(self):
        summary = Table("Figures to reach", ["Figure", "Values and peer", "Measured", "Wanted", "Reached"])
        for figure in self.figures:
            reached = "yes" if figure.is_reached else "**no**"
            summary.add(figure.what, figure.values, figure.measured, figure.wanted, reached)
        return [*self.tables, summary] if self.figures else self.tables

    def text(self):
        lines = [f"{name}: {value}" for name, value in self.machine]
        for table in self._all_tables():
            lines += ["", *plain(table)]
        return "\n".join([*lines, "", self.noise, *self.failures, ""])

    def markdown(self):
        lines = [f"- {name}: {value}" for name, value in self.machine]
        for sentence in [self.noise, *self.failures]:
            lines += ["", sentence]
        for table in self._all_tables():
            lines += ["", f"### {table.title}", "", f"| {' | '.join(table.columns)} |"]
            lines.append(f"|{'---|' * len(table.columns)}")
            lines += [f"| {' | '.join(row)} |" for row in table.rows]
            for note in table.notes:
                lines += ["", note]
        return "\n".join([*lines, ""])


def plain(table):
    """A table in aligned columns."""
    rows = [table.columns, *([cell.strip("*") for cell in row] for row in table.rows)]
    widths = [max(len(row[index]) for row in rows) for index in range(len(table.columns))]
    yield table.title
    for position, row in enumerate(rows):
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
        if position == 0:
            yield "  " + "  ".join("-" * width for width in widths)
    for note in table.notes:
        yield f"  {note}"

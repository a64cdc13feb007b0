"""Times transfers: what the clock says, and what the server's processor time says."""

import time
from dataclasses import dataclass

from .report import Samples, number


@dataclass(frozen=True)
class Spent:
    wall: float
    cpu: float


def spent(server, work):
    """Runs `work` and returns what it took, the server's processor time included."""
    cpu, start = server.cpu_seconds(), time.perf_counter()
    work()
    return Spent(time.perf_counter() - start, server.cpu_seconds() - cpu)


class Duel:
    """The same transfer by two servers, taken in turns."""

    COLUMNS = ["Transfer", "coffer s", "MiB/s", "nginx s", "Speed, coffer to nginx", "coffer CPU s", "nginx CPU s"]

    def __init__(self, title, size):
        self.title = title
        self._size = size
        self._ours = []
        self._theirs = []

    def add(self, ours, theirs):
        self._ours.append(ours)
        self._theirs.append(theirs)

    @property
    def speed(self):
        """Above 1 when coffer is faster."""
        return Samples.ratio(self._wall(self._theirs), self._wall(self._ours))

    @property
    def ours(self):
        """The seconds that coffer took."""
        return self._wall(self._ours)

    @property
    def theirs(self):
        return self._wall(self._theirs)

    def row(self):
        ours, theirs = self._wall(self._ours), self._wall(self._theirs)
        rate = number(self._size / 2**20 / ours.median, 0)
        return [self.title, ours, rate, theirs, self.speed, self._cpu(self._ours), self._cpu(self._theirs)]

    @staticmethod
    def _wall(spent):
        return Samples([one.wall for one in spent], 2)

    @staticmethod
    def _cpu(spent):
        return Samples([one.cpu for one in spent], 2)

"""Many ask at once on few plans: no gap, nothing missed by who reads along, everything answered.

A small crowd; `python -m tests.crowd` brings a large one together for a minute.
"""

from __future__ import annotations

from tests.crash.lives import NewLedger
from tests.crowd.gathering import gather, what_is_wrong
from tests.crowd.members import Crowd

SMALL = Crowd(processes=4, threads=16, plans=6, commands=6)


def test_a_crowd_on_hot_plans(new_real_ledger: NewLedger, new_reference: NewLedger) -> None:
    """64 threads in 4 processes come to what the same commands come to one after the other."""
    url = new_real_ledger()
    gathering = gather(url, SMALL)
    assert gathering.answers == {"accepted": 4 * 16 * 6}
    assert gathering.conflicts > 0, "nobody met anybody"
    assert what_is_wrong(url, SMALL, gathering, new_reference) == []

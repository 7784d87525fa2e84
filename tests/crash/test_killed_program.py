"""A program is killed (SIGKILL) at each step of the append, and anywhere: nothing is lost or half.

Here 50 lives on each database; `python -m tests.crash` lives as many as are asked for.
"""

from __future__ import annotations

from tests.crash.lives import COMMANDS, NewLedger, lived, one_life, prepared
from tests.crash.load import load

LIVES = 50


def test_whatever_kills_it_the_ledger_is_whole(
    new_real_ledger: NewLedger, new_reference: NewLedger
) -> None:
    """No answered command lost, none half there, none twice; no gap; the tree verifies."""
    in_peace = lived(prepared(new_real_ledger), load(0, COMMANDS))
    assert in_peace.status == 0
    assert in_peace.errors == {}
    assert {verdict for verdict, _ in in_peace.answers.values()} >= {"accepted", "refused"}
    wrong, killed = {}, 0
    for seed in range(LIVES):
        life, found = one_life(seed, in_peace.steps, new_real_ledger, new_reference)
        killed += life.was_killed
        if found or not (life.was_killed or seed % 2):
            wrong[seed] = found or ["it came to its end unharmed"]
    assert wrong == {}
    assert len(in_peace.steps) <= LIVES // 2, "each step has a seed"
    assert killed > LIVES * 3 // 4

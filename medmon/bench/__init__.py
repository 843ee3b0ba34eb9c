"""Nothing comes in, figures go out: how fast, sensitive, late, precise and large medmon is.

Each part makes its own signals with the other side of the air, measures medmon as users run it,
and measures rtl_433 on the same samples in the same run. `parts` lists what there is; `results`
says what a results file holds; `tables`, `picture` and `page` tell it to people. The verb
``medmon bench`` is the door.

This is the laboratory: it starts processes and reads clocks. What it finds is told and never
asserted, because a shared machine has moods.
"""

from __future__ import annotations

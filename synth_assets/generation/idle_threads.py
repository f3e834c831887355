"""To be imported before numpy, in processes of ours: its threads for matrices sleep at once.

No world has a matrix. By themselves the threads spin for some 50 ms at every start, also of a worker.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")  # two to this power idle cycles; OpenBLAS has 26

"""HiGHS without its banner: stdout belongs to results."""

from typing import Any


def quiet_solver() -> Any:
    """A `highspy.Highs` that prints nothing. Its constructor writes a banner unless logging is off before callbacks are enabled."""
    import highspy  # noqa: PLC0415  only the optimiser pays for loading it

    class Quiet(highspy.Highs):
        def enableCallbacks(self) -> Any:  # noqa: N802  overrides the library's name
            self.silent()
            return super().enableCallbacks()  # type: ignore[no-untyped-call]

    solver = Quiet()  # type: ignore[no-untyped-call]
    solver.setOptionValue("threads", 1)
    return solver

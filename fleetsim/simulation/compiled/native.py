"""How the kernel is made: what is compiled with it, and arrays that its functions hand on without counting owners."""

from __future__ import annotations

from typing import Any

from numba import njit
from numba.extending import intrinsic

inner = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
"""Compiles a function that the kernel alone calls; it is kept with the kernel."""


@intrinsic
def borrowed(_context: Any, array: Any) -> Any:
    """The same array without its owner, who outlives the call: to count owners at every step takes half of the time."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(signature.return_type)(context, builder, arguments[0])
        view.meminfo = view.meminfo.type(None)
        return view._getvalue()

    return array(array), code

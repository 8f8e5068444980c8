"""Temperature and ageing of oil-filled transformers by IEC 60076-7:2018."""

from __future__ import annotations

import numpy as np

from fleetsim.clock import SLOT_S
from fleetsim.network.sweep import Floats

# Distribution transformers, ONAN: IEC 60076-7:2018, table 4 and clause 8.2; rises at the rating from clause 6.3.
OIL_EXPONENT, WINDING_EXPONENT = 0.8, 1.6
OIL_S, WINDING_S = 180 * 60.0, 2 * 4 * 60.0
"""Time constants of top oil (k11 tau_o) and of the windings (k22 tau_w); k21 = 1 leaves no overshoot."""
OIL_RISE_K, HOT_SPOT_RISE_K = 55.0, 23.0
LOSS_RATIO = 8.0
"""Loss at the rating over loss without load; table of typical values for distribution transformers: 5 to 8."""
LIFE_C, DOUBLING_K = 98.0, 6.0


def hot_spot_c(loading: Floats, ambient_c: Floats) -> Floats:
    """Temperature of the hottest place of the winding by slot, shape ``(transformers, slots)``.

    Top oil strives for ``ambient + 55 ((1 + R K^2) / (1 + R))^x``, the gradient of the winding for ``23 K^y``, each
    with its time constant (IEC 60076-7:2018, equations 14 to 17, solved exactly over a slot of even load). The first
    slot is taken as lasting since long before.
    """
    load = np.nan_to_num(loading)
    oil_k = OIL_RISE_K * ((1 + LOSS_RATIO * load**2) / (1 + LOSS_RATIO)) ** OIL_EXPONENT
    return np.asarray(ambient_c + _lagged(oil_k, OIL_S) + _lagged(HOT_SPOT_RISE_K * load**WINDING_EXPONENT, WINDING_S))


def ageing_rate(hot_spot: Floats) -> Floats:
    """Ageing over that at 98 degC, paper not upgraded: ``2^((hot spot - 98) / 6)`` (IEC 60076-7:2018, equation 2).

    >>> ageing_rate(np.array([98.0, 104.0])).tolist()
    [1.0, 2.0]
    """
    return np.asarray(2.0 ** ((hot_spot - LIFE_C) / DOUBLING_K))


def _lagged(target: Floats, constant_s: float) -> Floats:
    from scipy.signal import lfilter

    kept = np.exp(-SLOT_S / constant_s)
    out, _ = lfilter([1 - kept], [1, -kept], target, axis=-1, zi=kept * target[..., :1])
    return np.asarray(out)

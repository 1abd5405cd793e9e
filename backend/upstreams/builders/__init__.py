"""Items while they stream, the same for every upstream: deltas in, our events out.

A builder keeps what arrived. A server repeats it as a whole at the end, sometimes several times; the
whole wins over deltas that got lost, doubled or mixed up on the way.
"""

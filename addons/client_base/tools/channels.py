"""Which way of reaching a client is answered best."""

from collections.abc import Mapping

# What is assumed of a channel before anything is known of it: of three messages one is
# answered. It weighs as much as three real ones, so that 1 of 1 (0.50) does not beat
# 9 of 10 (0.77).
PRIOR_SENT = 3.0
PRIOR_ANSWERED = 1.0


def answer_rate(sent: int, answered: int) -> float:
    """Estimate the share of messages that are answered, between 0 and 1.

    ``(answered + PRIOR_ANSWERED) / (sent + PRIOR_SENT)``: the few that are known count
    little, the many count for themselves.
    """
    return (answered + PRIOR_ANSWERED) / (sent + PRIOR_SENT)


def best_channel(counts: Mapping[str, tuple[int, int]]) -> str | None:
    """Choose the channel that is answered best.

    Of equal rates the one with more answers wins, then the first by name.

    :param counts: channel -> (how many were sent, how many of them were answered)
    :return: nothing when no channel was ever answered
    """
    answered = [name for name, (_sent, count) in counts.items() if count]
    return min(
        answered,
        key=lambda name: (-answer_rate(*counts[name]), -counts[name][1], name),
        default=None,
    )

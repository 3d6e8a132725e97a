"""Find the cards that describe one client.

``cards`` makes the normal form of a card, ``keys`` what it is looked up by; ``scan``
compares a whole base, ``lookup`` one card; ``weights`` is what a base teaches.
"""

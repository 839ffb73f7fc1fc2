"""Run once at the start: what Python would take from a machine, it takes from the tutor.

Time follows the tutor's clock, chance its seed; what is out of reach says so in one sentence.
"""

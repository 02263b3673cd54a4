"""Cases of the conformance sets whose expectation Frank does not share, each with the section that decides.

    "set/case": "RFC section: why"

A case listed here must really differ: once it does not, the test says so.
"""

DEVIATIONS = {}

"""Cases of the conformance sets whose expectation Frank does not share, each with the section that decides.

    "set/case": "RFC section: why"

A case listed here must really differ: once it does not, the test says so.
"""

DEVIATIONS = {
    "validate/ams_fields_c_na": "RFC 8617 4.1.2 takes DKIM's rules over: without c= the form is simple/simple (RFC 6376 3.5); the suite follows an earlier draft",
    "gathered/maildkim-good_dk_gmail": "RFC 4870: DomainKeys is another issue's method",
    "gathered/maildkim-good_dk_1": "RFC 4870: DomainKeys is another issue's method",
    "gathered/maildkim-good_dk_2": "RFC 4870: DomainKeys is another issue's method",
    "gathered/maildkim-good_dk_3": "RFC 4870: DomainKeys is another issue's method",
    "gathered/maildkim-good_dk_7": "RFC 4870: DomainKeys is another issue's method",
    "gathered/maildkim-dk_headers_1": "RFC 4870: DomainKeys is another issue's method",
    "senderid/rec-absent-2": "RFC 4406 4.3: a domain that does not exist fails for the header's address; Mail::SPF has none for every scope",
    "gathered/maildkim-dk_multiple_1": "RFC 4870: DomainKeys is another issue's method",
}

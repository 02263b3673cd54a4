"""Cases of the conformance sets whose expectation Frank does not share, each with the section that decides.

    "set/case": "RFC section: why"

A case listed here must really differ: once it does not, the test says so.
"""

DEVIATIONS = {
    "validate/ams_fields_c_na": "RFC 8617 4.1.2 takes DKIM's rules over: without c= the form is simple/simple (RFC 6376 3.5); the suite follows an earlier draft",
    "senderid/rec-absent-2": "RFC 4406 4.3: a domain that does not exist fails for the header's address; Mail::SPF has none for every scope",
    "gathered/maildkim-good_dk_3": "RFC 4870 3.2.3: g= must match the local part exactly; the suite reads the pattern of RFC 4871",
    "gathered/maildkim-good_dk_7": "RFC 8301 3.2: a key of 512 bits is policy unless methods.domainkeys.rsa_bits allows it (test_short_keys)",
    "gathered/maildkim-dk_multiple_1": "RFC 8301 3.2: a key of 512 bits is policy unless methods.domainkeys.rsa_bits allows it (test_short_keys)",
}

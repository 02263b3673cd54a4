"""--psl: a list that was handed over decides, in dmarc as in org-domain."""
RULES = "// a list for tests\n" + "".join(f"s{n}.example\n" for n in range(1500)) + "com\norg\nnet\nuk\nco.uk\njp\nde\nexample\n"
MAIL = "From: a@x.shared.example\nTo: b@r.example\n\nhello\n"
RECORD = '_dmarc.shared.example. IN TXT "v=DMARC1; p=reject"'


def test_a_list_that_is_not_there_is_an_error(frank):
    frank.run("verify", "--psl", "/nonexistent", frank.write("m.eml", MAIL), "--zone", frank.zone(RECORD), code=66)


def test_dmarc_says_whose_list_it_used(frank):
    walked = frank.verify(MAIL, zone=frank.zone(RECORD)).json["dmarc"]
    assert (walked["discovery"], walked["org_domain"]) == ("treewalk", "shared.example")
    listed = frank.verify(MAIL, "--psl", frank.write("list.dat", RULES.encode()), zone=frank.zone(RECORD)).json["dmarc"]
    assert (listed["discovery"], listed["org_domain"]) == ("psl", "shared.example")
